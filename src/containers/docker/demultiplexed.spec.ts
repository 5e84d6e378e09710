import fc from 'fast-check';
import { frame, type StreamName } from '../../../test/support/fakes/fake-docker/frames';
import { demultiplexed } from './demultiplexed';

const payloads = fc.array(
  fc.tuple(fc.constantFrom<StreamName>('stdout', 'stderr'), fc.uint8Array({ maxLength: 50 })),
);

describe(demultiplexed.name, () => {
  it('gives back the payloads in order, whatever they hold', () =>
    fc.assert(
      fc.property(payloads, (told) => {
        const recorded = Buffer.concat(told.map(([stream, bytes]) => frame(stream, Buffer.from(bytes))));
        expect(demultiplexed(recorded).map((payload) => [...payload])).toEqual(
          told.map(([, bytes]) => [...bytes]),
        );
      }),
    ));

  it('of a record that was cut it gives what is there, and never fails', () =>
    fc.assert(
      fc.property(payloads, fc.nat(), (told, at) => {
        const whole = Buffer.concat(told.map(([stream, bytes]) => frame(stream, Buffer.from(bytes))));
        const cut = whole.subarray(0, at % (whole.length + 1));
        const all = Buffer.concat(demultiplexed(whole));
        const some = Buffer.concat(demultiplexed(cut));
        expect(all.subarray(0, some.length).equals(some)).toBe(true);
      }),
    ));
});
