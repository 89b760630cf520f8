import { join } from 'node:path';
import { expectTypeOf } from 'expect-type';
import ts from 'typescript';
import {
  createProxy,
  extract,
  getFactory,
  isProxy,
  LambdaFactory,
  LocalConnector,
  resolve,
  resolveSync,
  SimpleFactory,
  Store,
} from '../../lib/index.js';
import type { Connector, Factory, ObjectProxy, StringProxy } from '../../lib/index.js';
import type { ProxyOf } from '../../lib/proxy/types.js';

interface Cat {
  name: string;
}
type Name = string & { readonly brand: 'name' };

const cat: Cat = { name: 'Tom' };

/* eslint-disable @typescript-eslint/no-wrapper-object-types -- the proxy of a primitive is a wrapper object */

describe('the proxy', () => {
  it('of an object, an array, a tuple or a function goes where its target does', () => {
    expectTypeOf<ObjectProxy<Cat>>().toExtend<Cat>();
    expectTypeOf<ObjectProxy<number[]>>().toExtend<number[]>();
    expectTypeOf<ObjectProxy<[number, string]>>().toExtend<[number, string]>();
    expectTypeOf<ObjectProxy<(a: number) => string>>().toExtend<(a: number) => string>();
    expectTypeOf<ObjectProxy<Map<string, Cat>>>().toExtend<Map<string, Cat>>();
    const double = createProxy(new SimpleFactory((a: number) => 2 * a), { kind: 'function' });
    expectTypeOf(double(2)).toEqualTypeOf<number>();
    // @ts-expect-error -- not a number
    expect(double('x')).toBeNaN();
    const [first] = createProxy(new SimpleFactory<[number, string]>([1, 'x']), { kind: 'array' });
    expectTypeOf(first).toEqualTypeOf<number>();
    expect(first).toBe(1);
  });

  it('of a primitive is a wrapper object, and not the primitive', () => {
    expectTypeOf<ObjectProxy<string>>().toEqualTypeOf<StringProxy>();
    expectTypeOf<ObjectProxy<string>>().toExtend<String>();
    expectTypeOf<ObjectProxy<string>>().not.toExtend<string>();
    expectTypeOf<ObjectProxy<number>>().toEqualTypeOf<Number & ProxyOf<number>>();
    expectTypeOf<ObjectProxy<number>>().not.toExtend<number>();
    expectTypeOf<ObjectProxy<bigint>>().toEqualTypeOf<BigInt & ProxyOf<bigint>>();
    expectTypeOf<ObjectProxy<symbol>>().toEqualTypeOf<Symbol & ProxyOf<symbol>>();
    const text = createProxy(new SimpleFactory('text'), { kind: 'string' });
    // @ts-expect-error -- an object, and not a string
    const wrong: string = text;
    expect(typeof wrong).toBe('object');
  });

  it('of a literal or a branded string gives back just that', () => {
    const letter = createProxy(new SimpleFactory<'a' | 'b'>('a'), { kind: 'string' });
    expectTypeOf(letter).toExtend<String>();
    expectTypeOf(resolveSync(letter)).toEqualTypeOf<'a' | 'b'>();
    const name = createProxy(new SimpleFactory('Tom' as Name), { kind: 'string' });
    expectTypeOf(name).not.toExtend<string>();
    expectTypeOf(resolveSync(name)).toEqualTypeOf<Name>();
    expect([resolveSync(letter), resolveSync(name)]).toEqual(['a', 'Tom']);
  });

  it('of a union is a union', () => {
    expectTypeOf<ObjectProxy<Cat | number[]>>().toEqualTypeOf<ObjectProxy<Cat> | ObjectProxy<number[]>>();
    expectTypeOf<ObjectProxy<string | Cat>>().toEqualTypeOf<StringProxy | ObjectProxy<Cat>>();
    expectTypeOf<ObjectProxy<Cat | null>>().toEqualTypeOf<ObjectProxy<Cat>>();
    expect.assertions(0);
  });

  it('of what none can stand for is never', () => {
    expectTypeOf<ObjectProxy<null>>().toBeNever();
    expectTypeOf<ObjectProxy<undefined>>().toBeNever();
    expectTypeOf<ObjectProxy<boolean>>().toBeNever();
    expectTypeOf<ObjectProxy<never>>().toBeNever();
    expect.assertions(0);
  });

  it('of any is any, and of unknown a proxy of which nothing is known', () => {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what is tested
    expectTypeOf<ObjectProxy<any>>().toBeAny();
    expectTypeOf<ObjectProxy<unknown>>().toEqualTypeOf<ProxyOf<unknown>>();
    expectTypeOf<ObjectProxy<unknown>>().not.toBeAny();
    expect.assertions(0);
  });
});

describe('what is done to a proxy', () => {
  it('infers its target from the proxy, and the proxy from the factory', async () => {
    const proxy = createProxy(new LambdaFactory(() => cat));
    expectTypeOf(proxy).toEqualTypeOf<ObjectProxy<Cat>>();
    expectTypeOf(createProxy(new LambdaFactory(() => Promise.resolve(cat)))).toEqualTypeOf<
      ObjectProxy<Cat>
    >();
    expectTypeOf(await resolve(proxy)).toEqualTypeOf<Cat>();
    expectTypeOf(resolveSync(proxy)).toEqualTypeOf<Cat>();
    expectTypeOf(extract(proxy)).toEqualTypeOf<Cat>();
    expectTypeOf(getFactory(proxy)).toEqualTypeOf<Factory<Cat>>();
    expect(extract(proxy)).toBe(cat);
  });

  it('takes the proxy of a primitive back to the primitive', () => {
    const count = createProxy(new SimpleFactory(7), { kind: 'number' });
    expectTypeOf(extract(count)).toEqualTypeOf<number>();
    expectTypeOf(extract(createProxy(new SimpleFactory(7n)))).toEqualTypeOf<bigint>();
    expectTypeOf(extract(createProxy(new SimpleFactory('x')))).toEqualTypeOf<string>();
    expectTypeOf(getFactory(count)).toEqualTypeOf<Factory<number>>();
    expect(extract(count)).toBe(7);
  });

  it('goes through a generic function', async () => {
    const first = async <T>(proxy: ProxyOf<readonly T[]>): Promise<T | undefined> =>
      (await resolve(proxy))[0];
    const make = <T extends object>(target: T): ObjectProxy<T> => createProxy(new SimpleFactory(target));
    const proxy = make([cat]);
    expectTypeOf(proxy).toEqualTypeOf<ObjectProxy<Cat[]>>();
    expectTypeOf(await first(proxy)).toEqualTypeOf<Cat | undefined>();
    expect(await first(proxy)).toBe(cat);
  });

  it('does not take a primitive', () => {
    // @ts-expect-error -- no proxy
    expect(() => resolveSync('text')).toThrow(TypeError);
    // @ts-expect-error -- as above
    expect(() => getFactory(null)).toThrow(TypeError);
    // @ts-expect-error -- no factory
    expect(() => createProxy({})).toThrow(TypeError);
  });
});

describe('isProxy', () => {
  it('narrows what it is asked about', () => {
    const value: unknown = createProxy(new SimpleFactory(cat));
    if (!isProxy(value)) throw new Error('It is one.');
    expectTypeOf(value).toEqualTypeOf<ProxyOf<unknown>>();
    expectTypeOf(resolveSync(value)).toBeUnknown();
    expect(resolveSync(value)).toBe(cat);
  });

  it('leaves what is known of it', () => {
    const value: Cat = createProxy(new SimpleFactory(cat));
    if (!isProxy(value)) throw new Error('It is one.');
    expectTypeOf(value).toExtend<Cat>();
    expect(value.name).toBe('Tom');
  });
});

describe("a store's proxy", () => {
  it('of a value that may be null has null in its type where it may be skipped only', async () => {
    await using store = new Store('results', new LocalConnector());
    const value = cat as Cat | null;
    expectTypeOf(await store.proxy(value)).toEqualTypeOf<ObjectProxy<Cat>>();
    const skipped = await store.proxy(value, { skipNonproxiable: true });
    expectTypeOf(skipped).toEqualTypeOf<ObjectProxy<Cat> | null>();
    // @ts-expect-error -- may be null
    expect(skipped.name).toBe('Tom');
  });

  it('is not made in place where the connector may be asynchronous', async () => {
    await using local = new Store('results', new LocalConnector());
    const store: Store<Connector> = local;
    // @ts-expect-error -- a connector that may not be synchronous
    const proxy = store.proxySync(cat);
    expect(isProxy(proxy)).toBe(true);
    expectTypeOf(local.proxySync(cat)).toEqualTypeOf<ObjectProxy<Cat>>();
  });
});

describe('what an editor shows of a proxy', () => {
  it('is short', () => {
    expect(
      shown({
        text: `await store.proxy('text')`,
        numbers: 'await store.proxy([1])',
        object: 'await store.proxy({ a: 1 })',
        cat: 'await store.proxy(cat)',
        perhaps: 'await store.proxy(cat as Cat | null, { skipNonproxiable: true })',
        ref: 'borrow(await store.ownedProxy(cat))',
      }),
    ).toEqual({
      text: 'StringProxy',
      numbers: 'number[] & ProxyOf<number[]>',
      object: '{ a: number; } & ProxyOf<{ a: number; }>',
      cat: 'Cat & ProxyOf<Cat>',
      perhaps: '(Cat & ProxyOf<Cat>) | null',
      ref: 'RefProxy<Cat>',
    });
  });
});

/** What TypeScript says is the type of each expression, as in the text that an editor shows. */
function shown(expressions: Record<string, string>): Record<string, string> {
  const config = join(__dirname, '../tsconfig.json');
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(config, (path) => ts.sys.readFile(path)).config,
    ts.sys,
    join(__dirname, '..'),
  );
  const path = join(__dirname, 'shown-in-an-editor.ts');
  const text = `
    import { borrow, LocalConnector, Store } from '../../lib/index.js';
    interface Cat { name: string }
    declare const cat: Cat;
    const store = new Store('results', new LocalConnector());
    ${Object.entries(expressions)
      .map(([name, expression]) => `export const ${name} = ${expression};`)
      .join('\n')}
  `;
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === path || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === path ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest);
  const program = ts.createProgram([path], options, host);
  const checker = program.getTypeChecker();
  const types: Record<string, string> = {};
  program.getSourceFile(path)?.forEachChild((statement) => {
    if (!ts.isVariableStatement(statement)) return;
    for (const { name } of statement.declarationList.declarations) {
      if (!ts.isIdentifier(name) || !(name.text in expressions)) continue;
      types[name.text] = checker.typeToString(checker.getTypeAtLocation(name), name);
    }
  });
  return types;
}
