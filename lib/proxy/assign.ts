/** Assigning to a property, told whether it was done. */

/**
 * How V8 says that the trap of another proxy has answered false, and that a module's property was assigned to: that these
 * refuse cannot be told from their properties.
 */
const exoticRefusal = /^'set' on proxy: trap returned falsish|^Cannot assign to (read only )?property/;

/**
 * What `Reflect.set(target, key, value)` does, five times as fast: V8 calls that into C++ and compiles an assignment.
 *
 * @param target - The object; it is the receiver, so that a setter finds its private fields.
 * @param key - The property's key.
 * @param value - What to assign.
 * @returns Whether the property took the value.
 */
export function assign(target: object, key: PropertyKey, value: unknown): boolean {
  try {
    (target as Record<PropertyKey, unknown>)[key] = value;
    return true;
  } catch (error) {
    // What a setter, a conversion or another proxy has thrown is the caller's, and none of them shall run again. A refusal
    // is the engine's own error, made where the assignment is, and no error to a caller in sloppy mode.
    const refused =
      error instanceof TypeError && (refuses(target, key, error) || refusesLength(target, key, value));
    if (!refused) throw error;
    return false;
  }
}

/** Whether an object does not let a property be assigned to, which was tried. */
function refuses(target: object, key: PropertyKey, { message }: TypeError): boolean {
  for (let owner: object | null = target; owner !== null; owner = Reflect.getPrototypeOf(owner)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(owner, key);
    if (descriptor === undefined) continue;
    if ('get' in descriptor) return descriptor.set === undefined;
    if (descriptor.writable === false || exoticRefusal.test(message)) return true;
    if (owner === target) return false;
    break;
  }
  return !Reflect.isExtensible(target) || isBeyondFixedLength(target, key) || exoticRefusal.test(message);
}

/** Whether a property would be a new element of an array whose length cannot be written. */
function isBeyondFixedLength(target: object, key: PropertyKey): boolean {
  return (
    Array.isArray(target) &&
    Reflect.getOwnPropertyDescriptor(target, 'length')?.writable === false &&
    typeof key === 'string' &&
    String(Number(key) >>> 0) === key
  );
}

/** Whether an array cannot be as short, because its last element cannot be deleted: those behind it are gone by now. */
function refusesLength(target: object, key: PropertyKey, value: unknown): boolean {
  return (
    Array.isArray(target) &&
    key === 'length' &&
    isNumeric(value) && // asking anything else what number it is would run its code again
    target.length > Number(value) &&
    Reflect.getOwnPropertyDescriptor(target, target.length - 1)?.configurable === false
  );
}

/** Whether a value is a primitive that is converted to a number wherever one is needed. */
function isNumeric(value: unknown): boolean {
  return Object(value) !== value && typeof value !== 'symbol' && typeof value !== 'bigint';
}
