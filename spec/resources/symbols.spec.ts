const names = ['dispose', 'asyncDispose'] as const;

/** A registered symbol, so that the same description gives the same one; by a `Symbol` that is never stubbed. */
const describedAs = Symbol.for.bind(Symbol);

/** A `Symbol` with these properties and no others. */
function symbolWith(properties: Partial<Record<(typeof names)[number], symbol>>): object {
  return Object.assign((description: string) => describedAs(description), properties);
}

/** Loads the module where this is `Symbol`. */
async function loadOn(runtimeSymbol: object): Promise<void> {
  const realSymbol = Symbol;
  globalThis.Symbol = runtimeSymbol as SymbolConstructor; // has what the module uses of it
  try {
    await jest.isolateModulesAsync(async () => {
      await import('../../lib/resources/symbols.js');
    });
  } finally {
    globalThis.Symbol = realSymbol;
  }
}

it('makes the symbols available', async () => {
  await loadOn(Symbol);
  expect(names.map((name) => typeof Symbol[name])).toEqual(['symbol', 'symbol']);
});

it.each(names)('brings Symbol.%s to a runtime without it, as the language defines it', async (name) => {
  const runtimeSymbol = symbolWith({});
  await loadOn(runtimeSymbol);
  expect(Object.getOwnPropertyDescriptor(runtimeSymbol, name)).toEqual({
    value: describedAs(`Symbol.${name}`),
    enumerable: false,
    writable: false,
    configurable: false,
  });
});

it.each(names)('leaves the Symbol.%s that is there', async (name) => {
  const own = Symbol('own');
  const runtimeSymbol = symbolWith({ [name]: own });
  await loadOn(runtimeSymbol);
  expect(Reflect.get(runtimeSymbol, name)).toBe(own);
});
