import fastCheck from 'fast-check';
import { LocalConnector } from '../../lib/connectors/local.js';
import { describeConnector } from '../../lib/testing/testing.js';

describeConnector({ describe, it, fastCheck }, 'LocalConnector', {
  capabilities: ['sync', 'deferred', 'take', 'expire', 'watch', 'list'],
  open: () => new LocalConnector(),
  heavy: true,
});
