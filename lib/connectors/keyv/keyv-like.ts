/** What the connector knows of a Keyv. */

/** What the connector is called in configs and errors. */
export const kind = 'keyv';

/** The part of a Keyv, version 5 or later, that the connector uses. */
export interface KeyvLike {
  /** Whether a failure of the backend is thrown. Else a Keyv takes it for a missing object, or passes it over. */
  readonly throwOnErrors: boolean;
  /** The adapter of its backend. Many values go by one call where it has `setMany`, `getMany` or `deleteMany`, too. */
  readonly store?: unknown;
  /** Functions of the user's that see, and may change, what is stored by single calls. */
  readonly hooks?: { readonly handlers: ReadonlyMap<unknown, unknown> } | undefined;
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<boolean>;
  delete(key: string): Promise<boolean>;
  has(key: string): Promise<boolean>;
  getMany?(keys: string[]): Promise<unknown>;
  setMany?(entries: { key: string; value: unknown }[]): Promise<unknown>;
  deleteMany?(keys: string[]): Promise<unknown>;
  disconnect(): Promise<void>;
  /** There where the backend can be listed. */
  readonly iterator?: ((namespace?: string) => AsyncIterable<readonly unknown[]>) | undefined;
}

/** The calls for many values. */
export type ManyCall = 'getMany' | 'setMany' | 'deleteMany';

/**
 * Whether a call for many values reaches the backend as one, and tells what it fails with.
 *
 * Where the adapter has no such call, the Keyv makes single ones: its `getMany` then takes those that fail for missing
 * objects, and its `setMany` does not wait for the others when one fails. And where the Keyv has hooks it runs other ones
 * for many values, or none: one that encrypts what is set would be passed by.
 *
 * @param keyv - The Keyv.
 * @param call - The name of the call.
 */
export function takesMany(keyv: KeyvLike, call: ManyCall): boolean {
  return (
    typeof keyv[call] === 'function' &&
    typeof (keyv.store as Partial<Record<string, unknown>> | undefined)?.[call] === 'function' &&
    (keyv.hooks?.handlers.size ?? 0) === 0
  );
}

/**
 * Whether a Keyv says what its backend fails with. Some adapters, as that of Redis, have a setting of their own for it.
 *
 * @param keyv - The Keyv.
 */
export function throwsOnErrors({ throwOnErrors, store }: KeyvLike): 'yes' | 'no' | 'not its adapter' {
  if (!throwOnErrors) return 'no';
  const { throwOnErrors: ofAdapter } = (store ?? {}) as { readonly throwOnErrors?: unknown };
  return ofAdapter === false ? 'not its adapter' : 'yes';
}
