/** Assigning to a property, told whether it was done. */

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
    // What a setter, a conversion or another proxy has thrown is the caller's, and none of them shall run again.
    if (!refuses(target, key) && !refusesLength(target, key, value)) throw error;
    return false; // which is no error to a caller in sloppy mode
  }
}

/** Whether an ordinary object or an array does not let a property be assigned to. */
function refuses(target: object, key: PropertyKey): boolean {
  for (let owner: object | null = target; owner !== null; owner = Reflect.getPrototypeOf(owner)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(owner, key);
    if (descriptor === undefined) continue;
    if ('get' in descriptor) return descriptor.set === undefined;
    if (descriptor.writable === false) return true;
    if (owner === target) return false;
    break;
  }
  return !Reflect.isExtensible(target) || isBeyondFixedLength(target, key);
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
