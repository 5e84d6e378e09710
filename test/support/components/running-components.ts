import { ComponentProcess } from './component-process';

/** Starts components for one spec file, and ends them all after each test, whatever became of it. */
export function runningComponents(): (behaviour: string, env?: Record<string, string>) => ComponentProcess {
  const running: ComponentProcess[] = [];
  afterEach(() => Promise.all(running.splice(0).map((one) => one.end())));
  return (behaviour, env) => {
    const started = ComponentProcess.of(behaviour, env);
    running.push(started);
    return started;
  };
}
