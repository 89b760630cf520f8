import { join } from 'node:path';
import fastCheck from 'fast-check';
import { FileConnector } from '../../lib/connectors/file.js';
import { LocalConnector } from '../../lib/connectors/local.js';
import { MultiConnector } from '../../lib/connectors/multi.js';
import { describeConnector } from '../../lib/testing/testing.js';
import { otherProcess } from './other-process.js';
import { TemporaryDirectory } from './temporary-directory.js';

const place = new TemporaryDirectory();
let opened = 0;

afterAll(() => place[Symbol.dispose]());

describeConnector({ describe, it, fastCheck }, 'MultiConnector of local connectors', {
  capabilities: ['sync', 'deferred', 'take', 'expire', 'watch', 'list'],
  open: () =>
    new MultiConnector({
      small: { connector: new LocalConnector(), policy: { maxSizeBytes: 8, priority: 1 } },
      elsewhere: {
        connector: new LocalConnector().config(),
        policy: { hostPattern: 'no host has this name' },
      },
      large: { connector: new LocalConnector() },
    }),
  heavy: true,
});

describeConnector({ describe, it, fastCheck }, 'MultiConnector of a local connector and files', {
  capabilities: ['sync', 'deferred', 'take', 'watch', 'list'],
  open: () =>
    new MultiConnector({
      small: { connector: new LocalConnector(), policy: { minSizeBytes: 2, maxSizeBytes: 9 } },
      large: { connector: new FileConnector(join(place.path, String((opened += 1)))) },
    }),
});

// Not `heavy`: 10,000 files are stored, fetched and evicted by file-conformance.spec.ts already.
describeConnector({ describe, it, fastCheck }, 'MultiConnector of files', {
  capabilities: ['sync', 'deferred', 'take', 'watch', 'list'],
  open: () =>
    new MultiConnector({
      small: {
        connector: new FileConnector(join(place.path, String((opened += 1)))),
        policy: { maxSizeBytes: 9, priority: 1 },
      },
      large: { connector: new FileConnector(join(place.path, String((opened += 1)))) },
    }),
  otherProcess,
});
