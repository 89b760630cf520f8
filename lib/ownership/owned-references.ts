/**
 * Reads references that carry an ownership. Imported for this effect by the package's index.
 */

import { isDeferrable, type ConnectorKey } from '../connectors/protocol.js';
import { InvalidReferenceError } from '../errors.js';
import { setReferenceReader } from '../references/packable.js';
import type { ProxyReference } from '../store/proxy-reference.js';
import { globalRegistry } from '../store/store-registry.js';
import { OwnedFactory } from './owned-factory.js';
import { createOwnedBy } from './ownership-operations.js';

/** The most claims that a reference may carry: an object moves a few times, and each is asked for. */
const mostClaims = 1024;

setReferenceReader('owned', (reference) => {
  const { store, key, kind } = reference;
  const { claims, spent } = checked(reference);
  const connector = globalRegistry().get(store)?.connector;
  // Open claims are no keys where the connector cannot make any in advance, and are asked of no backend then.
  const keys = connector !== undefined && isDeferrable(connector) ? [...claims, ...spent] : spent;
  for (const claim of keys) connector?.checkKey(claim);
  const factory = new OwnedFactory({ storeName: store, key, kind, moved: { claims, spent } });
  factory.load();
  return createOwnedBy(factory);
});

function checked(reference: ProxyReference): {
  claims: readonly ConnectorKey[];
  spent: readonly ConnectorKey[];
} {
  const { claims, spent = [] } = (reference.owned ?? {}) as Partial<Record<'claims' | 'spent', unknown>>;
  if (isKeys(claims) && claims.length > 0 && isKeys(spent)) return { claims, spent };
  throw new InvalidReferenceError(
    'Not a reference: its "owned" is not what pack() writes, which is { claims: [key, …], spent: [key, …] }.',
    { reference },
  );
}

function isKeys(value: unknown): value is readonly ConnectorKey[] {
  return (
    Array.isArray(value) &&
    value.length <= mostClaims &&
    value.every(
      (key) =>
        Array.isArray(key) && key.every((part) => typeof part === 'string' || typeof part === 'number'),
    )
  );
}
