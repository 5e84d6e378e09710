import { Gauge, type Registry } from 'prom-client';
import { SHOWN_STATES } from '../../core-registry/core-states';
import { MODES } from '../../failover/cluster-modes';
import type { StatusDto } from '../status.dto';

/** What is so right now, read when it is asked for. */
export function currentValues(register: Registry, look: () => { status: StatusDto; ready: boolean }): void {
  const gauge = <T extends string>(
    name: string,
    help: string,
    labelNames: T[],
    read: (gauge: Gauge<T>) => void,
  ): void => {
    new Gauge<T>({
      name: `rdzen_${name}`,
      help,
      labelNames,
      registers: [register],
      collect() {
        this.reset();
        read(this);
      },
    });
  };
  const flag = (value: boolean): number => (value ? 1 : 0);
  const ofStatus = (name: string, help: string, read: (status: StatusDto) => number | undefined): void =>
    gauge(name, help, [], (one) => {
      const value = read(look().status);
      if (value === undefined) one.remove();
      else one.set(value);
    });

  gauge('ready', '1 where questions can be taken in and answered', [], (one) => one.set(flag(look().ready)));
  ofStatus('active_core', 'Number of the core that gets new questions', ({ active_core: id }) => id);
  ofStatus('epoch', 'Times the active core was changed, over all restarts', ({ epoch }) => epoch);
  ofStatus('chat_connected', '1 while connected with the chat server', (now) =>
    flag(now.rocketchat_connected),
  );
  ofStatus(
    'docker_reachable',
    '1 while the Docker engine answers; absent where none is used',
    ({ docker }) => (docker ? flag(docker.reachable) : undefined),
  );
  gauge('mode', 'The mode of the cluster: 1 for the one that holds', ['mode'], (one) => {
    for (const mode of MODES) one.set({ mode }, flag(look().status.mode === mode));
  });
  gauge('core_state', 'The state of each core: 1 for the one it is in', ['core', 'state'], (one) => {
    for (const { id, state: now } of look().status.cores)
      for (const state of SHOWN_STATES) one.set({ core: id, state }, flag(state === now));
  });
  gauge('core_tokens_per_second', 'How fast each core writes', ['core'], (one) => {
    for (const { id, tokens_per_second: pace } of look().status.cores) if (pace) one.set({ core: id }, pace);
  });
  gauge('core_answers_in_flight', 'Answers being written at each core', ['core'], (one) => {
    for (const { id, in_flight: count } of look().status.cores) one.set({ core: id }, count);
  });
}
