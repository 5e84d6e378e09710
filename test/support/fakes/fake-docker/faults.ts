/** `METHOD /path` of a call, without the API's version and the query. */
export type Which = RegExp;

type Fault =
  | { kind: 'hang' }
  /** It is done, and the answer never comes. */
  | { kind: 'mute' }
  | { kind: 'answer'; status: number; message: string }
  | { kind: 'slow'; ms: number };

interface Switch {
  which: Which;
  fault: Fault;
  left: number;
}

/** What is wrong with the engine, by call. The switch set last is looked at first. */
export class Faults {
  private switches: Switch[] = [];

  /** The call is taken and never answered. */
  hang(which: Which = /^/, times = Infinity): void {
    this.set(which, { kind: 'hang' }, times);
  }

  /** The call is carried out and never answered. */
  mute(which: Which = /^/, times = Infinity): void {
    this.set(which, { kind: 'mute' }, times);
  }

  answer(which: Which, status: number, message: string, times = Infinity): void {
    this.set(which, { kind: 'answer', status, message }, times);
  }

  slow(which: Which, ms: number, times = Infinity): void {
    this.set(which, { kind: 'slow', ms }, times);
  }

  diskFull(): void {
    this.answer(
      /^POST .*\/(create|start)$/,
      500,
      'mkdir /var/lib/docker/overlay2/1f2e-init: no space left on device',
    );
  }

  portTaken(port = 11434): void {
    this.answer(
      /^POST .*\/start$/,
      500,
      `driver failed programming external connectivity on endpoint core1: Bind for 127.0.0.1:${port} failed: port is already allocated`,
    );
  }

  /** As the docker-guard does. */
  forbid(which: Which): void {
    this.answer(which, 403, 'the docker-guard does not allow this call');
  }

  heal(): void {
    this.switches = [];
  }

  /** What is to happen to this call. */
  of(call: string): Fault | undefined {
    const found = this.switches.find(({ which, left }) => left > 0 && which.test(call));
    if (found) found.left--;
    return found?.fault;
  }

  private set(which: Which, fault: Fault, left: number): void {
    this.switches.unshift({ which, fault, left });
  }
}
