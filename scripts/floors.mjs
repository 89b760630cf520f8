/**
 * The rooms of `lib/`, floor by floor. A room imports what is on a lower floor and nothing else: neither upwards nor
 * from a sibling on its own floor. ESLint checks it, see eslint.config.js.
 *
 * @type {readonly (readonly string[])[]}
 */
export const floors = [
  ['errors.ts', 'platform'],
  ['tracing', 'resources'],
  ['serialize', 'proxy', 'connectors'],
  ['registry'],
  ['store'],
  ['references'],
  ['lifetimes', 'ownership', 'futures'],
  ['executors'],
  ['index.ts', 'testing'],
];

/** The only files that may import a `node:` module; all else must load in a browser. */
export const nodeFiles = [
  'lib/platform/node.ts',
  'lib/connectors/{blocking,file,keyv,lmdb,multi,nats,redis}{.ts,/**}',
  'lib/testing/**',
];

/**
 * What each room must not import, in the form that import-x/no-restricted-paths takes.
 *
 * @returns {{ target: string, from: string[], message: string }[]}
 */
export function floorZones() {
  return floors.flatMap((rooms, floor) =>
    rooms.map((room) => ({
      target: `./lib/${room}`,
      from: floors
        .slice(floor)
        .flat()
        .filter((other) => other !== room)
        .map((other) => `./lib/${other}`),
      message: `Imports go down only: ${room} may import ${floors.slice(0, floor).flat().join(', ') || 'no other room'}.`,
    })),
  );
}
