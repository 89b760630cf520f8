/**
 * Makes `Symbol.dispose` and `Symbol.asyncDispose` available. Imported for this effect, before all else, by every
 * file that defines a disposable class: a class body evaluates its computed names once, and a class defined
 * before the symbol exists would carry a method called `undefined`.
 *
 * The symbols are non-writable and non-configurable, as TC39 explicit resource management defines the real ones.
 */
for (const name of ['dispose', 'asyncDispose'] as const) {
  if (typeof (Symbol as { dispose?: unknown; asyncDispose?: unknown })[name] !== 'symbol') {
    Object.defineProperty(Symbol, name, { value: Symbol(`Symbol.${name}`) });
  }
}

export {};
