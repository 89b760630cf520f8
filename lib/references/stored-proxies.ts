/**
 * Proxies inside of stored objects: written as their references, read back as proxies. Imported for this effect by the
 * package's index.
 */

import { isProxy } from '../proxy/proxy.js';
import { withoutResolving } from '../proxy/quiet.js';
import type { ProxyOf } from '../proxy/types.js';
import { setSubstitution } from '../serialize/substitution.js';
import type { ProxyReference } from '../store/proxy-reference.js';
import { fromReference, reference } from './reference.js';

setSubstitution({
  matches: isProxy,
  write: (value) => reference(value as ProxyOf<unknown>), // it matched
  read: (data) => fromReference(data as ProxyReference), // checks it
  around: withoutResolving,
});
