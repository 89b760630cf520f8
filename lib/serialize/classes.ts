/** Classes of the user's own, whose instances come back as instances. */

import { SerializationError } from '../errors.js';
import { CloseOnce } from '../resources/close-once.js';
import { builtInPrototypes, isNative } from './built-ins.js';
import { isStandardErrorPrototype } from './standard-errors.js';

/** A class, also one whose constructor is private or abstract. */
export interface ClassOf<T extends object> {
  readonly prototype: T;
  readonly name: string;
}

/** How instances of a class are written and read. */
export interface ClassOptions<T extends object, D = unknown> {
  /** The name to write, by which a reader finds the class. Default: that of the class. */
  readonly name?: string | undefined;
  /**
   * The data to write for an instance: anything that can be serialized. Default: its own enumerable properties, symbols
   * aside.
   */
  readonly toData?: ((instance: T) => D) | undefined;
  /**
   * The instance for data that was written, or that somebody else has made up: check it. Default: an object with the
   * class's prototype and the data's properties; no constructor runs.
   *
   * An instance that refers back to itself cannot be given to this function before it is there, and is not written.
   */
  readonly fromData?: ((data: D) => T) | undefined;
}

/** A registered class. */
export interface RegisteredClass {
  readonly name: string;
  readonly prototype: object;
  /** Takes only instances of the class. */
  readonly toData: ((instance: object) => unknown) | undefined;
  readonly fromData: ((data: unknown) => object) | undefined;
}

/** What all copies of the package in a thread share. */
interface Classes {
  readonly byName: Map<string, RegisteredClass>;
  readonly byPrototype: Map<object, RegisteredClass>;
}

const { byName, byPrototype }: Classes = ((globalThis as Record<symbol, Classes | undefined>)[
  Symbol.for('proxystore.classes')
] ??= { byName: new Map(), byPrototype: new Map() });

/**
 * Makes a class known to this thread, so that its instances can be serialized and come back as instances. Whoever reads
 * them registers the class too. Instances of a class that extends it are not meant; register that one by itself.
 *
 * A class with private fields (`#x`), or one that extends `Map`, `Array` or the like, keeps state where properties do
 * not show it, and needs `toData` and `fromData`. One that extends `Error` needs nothing: its instances come back as
 * errors.
 *
 * @param Class - The class.
 * @param options - How to write and read instances, where the default does not do.
 * @returns A disposable that makes the class unknown again; the second time it does nothing.
 * @throws SerializationError when the name is taken by another class, or the class is registered already.
 * @throws TypeError for what is no class, one without a name, a class of the language, and one that extends such a
 *   class but lacks `toData` or `fromData`.
 * @example
 * ```ts
 * using _point = registerClass(Point);
 * using _money = registerClass(Money, {
 *   toData: (money) => money.toString(),
 *   fromData: (text: string) => Money.parse(text),
 * });
 * ```
 */
export function registerClass<T extends object, D>(
  Class: ClassOf<T>,
  options: ClassOptions<T, D> = {},
): Disposable {
  const prototype = prototypeOf(Class);
  const name = options.name ?? Class.name;
  if (typeof name !== 'string' || name === '') {
    throw new TypeError('A class without a name is registered with one: registerClass(Class, { name }).');
  }
  const { toData, fromData } = options;
  refuseHiddenState(prototype, name, options);
  if (byName.has(name)) {
    throw new SerializationError(
      `A class named "${name}" is registered already. Give this one another name: registerClass(Class, { name }).`,
    );
  }
  const known = byPrototype.get(prototype);
  if (known !== undefined) {
    throw new SerializationError(`The class is registered already, by the name "${known.name}".`);
  }
  const registered: RegisteredClass = {
    name,
    prototype,
    // Only instances of the class are given to toData; what fromData is given it has to check, as its comment says.
    toData: toData as RegisteredClass['toData'],
    fromData: fromData as RegisteredClass['fromData'],
  };
  byName.set(name, registered);
  byPrototype.set(prototype, registered);
  const registration = new CloseOnce();
  registration.defer(() => {
    byName.delete(name);
    byPrototype.delete(prototype);
  });
  return registration;
}

/** The registered class that an object is a direct instance of. */
export function classOfInstance(value: object): RegisteredClass | undefined {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null ? undefined : byPrototype.get(prototype);
}

/** The class of a name. */
export function classOfName(name: string): RegisteredClass | undefined {
  return byName.get(name);
}

function prototypeOf(Class: ClassOf<object>): object {
  // As it is, and not as its type says.
  const prototype: unknown = typeof (Class as unknown) === 'function' ? Class.prototype : undefined;
  if (typeof prototype !== 'object' || prototype === null) {
    throw new TypeError('registerClass() takes a class.');
  }
  if (builtInPrototypes.has(prototype) || isStandardErrorPrototype(prototype)) {
    throw new TypeError(`Instances of ${Class.name} are serialized without being registered.`);
  }
  return prototype;
}

/** Refuses a class whose instances the default would not bring back as what they were. */
function refuseHiddenState(
  prototype: object,
  name: string,
  options: { readonly toData?: unknown; readonly fromData?: unknown },
): void {
  const given = Number(options.toData !== undefined) + Number(options.fromData !== undefined);
  if (prototype instanceof Error ? given !== 1 : given === 2) return;
  for (
    let base = Object.getPrototypeOf(prototype) as object | null;
    base !== null && base !== Object.prototype;
    base = Object.getPrototypeOf(base) as object | null
  ) {
    if (!isNative(base.constructor)) continue;
    throw new TypeError(
      `"${name}" extends ${base.constructor.name}, whose state no property shows. Register it with both toData and fromData.`,
    );
  }
}
