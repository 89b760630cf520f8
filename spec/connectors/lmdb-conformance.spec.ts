import fastCheck from 'fast-check';
import { LmdbConnector } from '../../lib/connectors/lmdb.js';
import { describeConnector } from '../../lib/testing/testing.js';
import { otherProcess } from './other-process.js';
import { TemporaryDirectory } from './temporary-directory.js';

const places: TemporaryDirectory[] = [];

afterAll(() => {
  for (const place of places) place[Symbol.dispose]();
});

describeConnector({ describe, it, fastCheck }, 'LmdbConnector', {
  capabilities: ['sync', 'deferred', 'take', 'expire', 'watch', 'list'],
  open() {
    const place = new TemporaryDirectory();
    places.push(place);
    return new LmdbConnector(place.path);
  },
  otherProcess,
  heavy: true,
});
