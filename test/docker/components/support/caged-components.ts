import Docker from 'dockerode';
import { readFileSync } from 'node:fs';
import { componentImages } from '../../../support/components/component-image';
import { ComponentProcess } from '../../../support/components/component-process';
import { testComponent } from '../../../support/components/manifests';
import { SOCKET } from '../../support/container-cores';

const LABEL = 'rdzen.component-test';
const CAGE = [
  ['--network', 'none'],
  ['--init', '--read-only'],
  ['--cap-drop', 'ALL'],
  ['--security-opt', 'no-new-privileges:true'],
  ['--user', '10001:10001'],
  ['--pids-limit', '64'],
  ['--memory', '128m', '--memory-swap', '128m', '--shm-size', '8m'],
  ['--cpus', '0.5', '--oom-score-adj', '500'],
  ['--tmpfs', '/tmp:rw,noexec,nosuid,nodev,size=16m,mode=1777'],
  ['--ulimit', 'nofile=1024', '--ulimit', 'core=0'],
  ['--log-opt', 'max-size=1m', '--log-opt', 'max-file=1'],
  ['--stop-timeout', '2'],
].flat();

/** A test component in a container, as bounded as in a trial, and spoken to by the Docker client. */
export interface CagedComponent {
  speech: ComponentProcess;
  container: Docker.Container;
}

/** Test components in containers for one spec file; all are removed after each test. */
export class CagedComponents {
  readonly docker = new Docker({ socketPath: SOCKET() });
  private readonly run = `${process.pid}-${Date.now().toString(36)}`;
  private readonly running: ComponentProcess[] = [];
  private images: Record<string, string> = {};

  async build(behaviours: string[]): Promise<Record<string, string>> {
    this.images = await componentImages(behaviours.map(testComponent));
    return this.images;
  }

  start(behaviour: string, image = this.images[behaviour]): CagedComponent {
    if (image === undefined) throw new Error(`build ${behaviour} first`);
    const name = `rdzen-component-${this.run}-${this.running.length}`;
    const args = ['run', '--interactive', '--name', name, '--label', `${LABEL}=${this.run}`, ...CAGE, image];
    const speech = new ComponentProcess('docker', args, process.env);
    this.running.push(speech);
    return { speech, container: this.docker.getContainer(name) };
  }

  async removeAll(): Promise<void> {
    const filters = JSON.stringify({ label: [`${LABEL}=${this.run}`] });
    for (const { Id } of await this.docker.listContainers({ all: true, filters }))
      await this.docker.getContainer(Id).remove({ force: true, v: true });
    await Promise.all(this.running.splice(0).map((one) => one.end()));
  }
}

/** Packets that had nowhere to go, in the network of a container: what it tried. Undefined where /proc is not the engine's. */
export async function triesWithoutRoute(container: Docker.Container): Promise<number | undefined> {
  const { State } = await container.inspect();
  let text: string;
  try {
    text = readFileSync(`/proc/${State.Pid}/net/snmp`, 'utf8');
  } catch {
    return undefined;
  }
  const [names = [], values = []] = text
    .split('\n')
    .filter((line) => line.startsWith('Ip: '))
    .map((line) => line.split(' '));
  return Number(values[names.indexOf('OutNoRoutes')]);
}
