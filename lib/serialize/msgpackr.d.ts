/** What msgpackr's own declarations of these entries mean; they say `from '.'`, which is no ES module's specifier. */

declare module 'msgpackr/pack' {
  export { Packr, RESET_BUFFER_MODE, REUSE_BUFFER_MODE } from 'msgpackr';
}

declare module 'msgpackr/unpack' {
  export { Unpackr } from 'msgpackr';
}
