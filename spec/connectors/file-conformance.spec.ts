import { join } from 'node:path';
import fastCheck from 'fast-check';
import { FileConnector } from '../../lib/connectors/file.js';
import { describeConnector } from '../../lib/testing/testing.js';
import { otherProcess } from './other-process.js';
import { TemporaryDirectory } from './temporary-directory.js';

const place = new TemporaryDirectory();
let opened = 0;

afterAll(() => place[Symbol.dispose]());

for (const durable of [false, true]) {
  describeConnector({ describe, it, fastCheck }, durable ? 'FileConnector, durable' : 'FileConnector', {
    capabilities: ['sync', 'deferred', 'take', 'watch', 'list'],
    open: () => new FileConnector(join(place.path, String((opened += 1))), { durable }),
    otherProcess,
    heavy: !durable,
  });
}
