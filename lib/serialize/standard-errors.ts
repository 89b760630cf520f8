/** The error classes of the language and the web, and which of them an error is closest to. */

/** By name; `AggregateError` and those behind it are not in every runtime. */
const names = [
  'Error',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
  'AggregateError',
  'SuppressedError',
  'DOMException',
] as const;

/** The name of an error class that needs no registration. */
export type StandardErrorName = (typeof names)[number];

type ErrorClass = new (...args: unknown[]) => Error;

/** This runtime's class of each name. */
const classes = new Map<StandardErrorName, ErrorClass>(
  names.flatMap((name) => {
    const found = (globalThis as unknown as Partial<Record<string, ErrorClass>>)[name];
    return found === undefined ? [] : [[name, found] as const];
  }),
);

const namesByPrototype: ReadonlyMap<object, StandardErrorName> = new Map(
  Array.from(classes, ([name, found]) => [found.prototype as object, name]),
);

/** Whether something is the name of a standard error class, of this runtime or a newer one. */
export function isStandardErrorName(value: unknown): value is StandardErrorName {
  return names.includes(value as StandardErrorName); // asks whether it is one
}

/** Whether an object is an error, of any class and realm. */
export function isError(value: object): value is Error {
  return (
    value instanceof Error || /^\[object (Error|DOMException)\]$/.test(Object.prototype.toString.call(value))
  );
}

/**
 * The standard class that an error is an instance of, or that its class extends.
 *
 * @param error - An error. Of one from another realm it is the names of its classes that tell.
 */
export function standardErrorOf(error: Error): StandardErrorName {
  const chain = prototypesOf(error);
  for (const prototype of chain) {
    const name = namesByPrototype.get(prototype);
    if (name !== undefined) return name;
  }
  return chain.map((prototype) => prototype.constructor.name).find(isStandardErrorName) ?? 'Error';
}

/**
 * A new error of a standard class, without message. Where the runtime has no such class it is an `Error`.
 *
 * @param name - Name of the class.
 * @param exception - Message and name of a `DOMException`, which cannot be set later.
 */
export function createStandardError(
  name: StandardErrorName,
  exception: { readonly message: string; readonly name: string },
): Error {
  const StandardError: ErrorClass = classes.get(name) ?? (Error as ErrorClass); // whose arguments are checked below
  if (name === 'DOMException') return new StandardError(exception.message, exception.name);
  if (name === 'AggregateError') return new StandardError([]);
  return new StandardError();
}

/** Whether a prototype is that of a standard error class of this realm. */
export function isStandardErrorPrototype(prototype: object): boolean {
  return namesByPrototype.has(prototype);
}

function prototypesOf(value: object): object[] {
  const chain: object[] = [];
  let prototype = Object.getPrototypeOf(value) as object | null;
  while (prototype !== null) {
    chain.push(prototype);
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return chain;
}
