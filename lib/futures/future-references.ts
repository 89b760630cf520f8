/** What references of futures and of their proxies are read as. Imported for this effect by the package's index. */

import { InvalidReferenceError } from '../errors.js';
import { setReferenceReader } from '../references/packable.js';
import type { ProxyReference } from '../store/proxy-reference.js';
import { StoreFuture } from './store-future.js';
import { waitingOfReference } from './waiting.js';

/** The reference has been checked but for `future` and `wait`. Only its own members count. */
function read(reference: ProxyReference): unknown {
  const { store, key, kind, evict, future }: ProxyReference = { ...reference };
  const { timeout, ...polling } = waitingOfReference(reference);
  const made = new StoreFuture({ storeName: store, key, evict, polling, timeout });
  switch (future) {
    case 'future':
      return made;
    case 'proxy':
      return made.proxy({ kind });
    default:
      throw new InvalidReferenceError(
        'Not a reference of a future: it stands neither for a "future" nor for a "proxy".',
        { reference },
      );
  }
}

setReferenceReader('future', read);
