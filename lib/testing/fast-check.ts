/** The part of fast-check that the tests use where they are given it. */

/** Makes random values of one kind: an `Arbitrary` of fast-check. */
export interface FastCheckArbitrary<T> {
  map<U>(mapper: (value: T) => U): FastCheckArbitrary<U>;
}

/** What `import fc from 'fast-check'` gives, of version 3 or later. */
export interface FastCheck {
  nat(max: number): FastCheckArbitrary<number>;
  constantFrom(...values: string[]): FastCheckArbitrary<string>;
  tuple<A, B, C>(
    first: FastCheckArbitrary<A>,
    second: FastCheckArbitrary<B>,
    third: FastCheckArbitrary<C>,
  ): FastCheckArbitrary<[A, B, C]>;
  array<T>(
    item: FastCheckArbitrary<T>,
    constraints: { minLength: number; maxLength: number; size: 'max' },
  ): FastCheckArbitrary<T[]>;
  asyncProperty<T>(arbitrary: FastCheckArbitrary<T>, predicate: (value: T) => Promise<void>): unknown;
  assert(property: unknown, parameters: { numRuns: number }): Promise<void>;
}
