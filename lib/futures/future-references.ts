/**
 * What references of futures and of their proxies are read as, and futures inside of stored objects. Imported for this
 * effect by the package's index.
 */

import { InvalidReferenceError } from '../errors.js';
import { setReferenceReader } from '../references/packable.js';
import { fromReference } from '../references/reference.js';
import { classOfName, registerClass } from '../serialize/classes.js';
import type { ProxyReference } from '../store/proxy-reference.js';
import { StoreFuture } from './store-future.js';
import { waitingOfReference } from './waiting.js';

/** What a future is called in stored bytes. */
const className = 'proxystore.StoreFuture';

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

// All copies of the package in a thread share the registered classes. The first one to be loaded reads for all.
if (classOfName(className) === undefined) {
  registerClass(StoreFuture, {
    name: className,
    toData: (future) => future.toJSON(),
    fromData: (data: ProxyReference) => fromReference<StoreFuture>(data), // checks it
  });
}
