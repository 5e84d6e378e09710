import { ChatPerson, eventually } from '../test/support/chat-person';
import { freePort } from '../src/shared/free-port';
import { type StatusView } from '../test/support/running-rdzen';
import { Composition } from '../test/docker/support/composition';
import { docker } from '../test/docker/support/docker-command';
import { stamp } from './support/clock';
import { provideDocker } from './support/docker-rig';
import type { Figure, Measure } from './support/figure';

const SERVICES = ['rdzen', 'docker-guard', 'core1', 'core2', 'sandbox-ollama', 'rocketchat', 'registry'];
const IMAGES = { rdzen: 'RDZEN', base: 'BASE', 'Ollama, the program alone': 'OLLAMA' };
const QUESTION = 'Tell me a long story.';
const MB = 1e6;

interface History {
  waited_ms?: number;
}

/** The composition of docker-compose.yml out of local images. */
class Stack {
  private constructor(
    readonly composition: Composition,
    readonly api: string,
    readonly chat: string,
  ) {}

  static async make(run: number): Promise<Stack> {
    const [api, chat, registry] = await Promise.all([freePort(), freePort(), freePort()]);
    const files = ['docker-compose.yml', 'test/docker/support/stack.compose.yml'];
    const composition = new Composition(`rdzen-bench-${process.pid}-${run}`, files, {
      RDZEN_PORT: String(api),
      RDZEN_CHAT_PORT: String(chat),
      REGISTRY_PORT: String(registry),
      RDZEN_IMAGE: process.env.RDZEN_RIG_IMAGE_RDZEN ?? '',
      OLLAMA_IMAGE: process.env.RDZEN_RIG_IMAGE_OLLAMA ?? '',
      RDZEN_MODEL: 'scripted',
    });
    return new Stack(composition, `http://127.0.0.1:${api}`, `http://127.0.0.1:${chat}`);
  }

  up(): Promise<string> {
    return this.composition.compose(['up', '--detach', '--no-build', '--pull', 'never'], 240_000);
  }

  async status(): Promise<StatusView | undefined> {
    const answer = await fetch(`${this.api}/status`).catch(() => undefined);
    return answer?.ok ? ((await answer.json()) as StatusView) : undefined;
  }

  ready(): Promise<StatusView | undefined> {
    return eventually(
      () => this.status(),
      (view) => view?.rocketchat_connected === true && view.cores.every(({ state }) => state === 'ready'),
      120_000,
      'both cores ready and the chat connected',
    );
  }

  async lastSwitch(): Promise<History | undefined> {
    const key = await docker('exec', this.composition.container('rdzen'), 'cat', '/data/admin.key');
    const answer = await fetch(`${this.api}/api/v1/failover/history`, {
      headers: { authorization: `Bearer ${key}` },
    });
    return ((await answer.json()) as History[])[0];
  }

  async memory(service: string): Promise<number> {
    const used = await docker(
      ...['stats', '--no-stream', '--format', '{{.MemUsage}}', this.composition.container(service)],
    );
    const [, number = '0', unit = 'B'] = /^([\d.]+)([KMG]iB|B)/.exec(used) ?? [];
    return (Number(number) * { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }[unit]!) / MB;
  }
}

export const dockerStack: Figure = {
  name: 'docker-stack',
  title: 'The whole composition in Docker',
  definition:
    'docker-compose.yml out of local images (embedded chat server in the place of Rocket.Chat, scripted cores at 40 tokens a second in the place of Ollama), in a folder that holds nothing yet. *Up*: from `docker compose up -d` until both cores are proven and the chat is connected; *first answer*: until the whole answer to a short question stands in the chat, asked as soon as Rdzen is connected to the chat. *Next token*: `docker kill` of the core that writes a long answer, from the break to the first token of the other core, as the history of Rdzen tells it (`waited_ms`); *back*: until the killed core is proven again. Memory as `docker stats` counts it, after these answers; sandbox-ollama is Ollama itself with no model in use, and MongoDB is not there. Needs what `npm run test:docker` needs.',

  async measure({ runs, trials, quick, say }) {
    const end = provideDocker();
    const measures = new Map<string, Measure>();
    const note = (name: string, unit: string, value: number, target?: Measure['target']): void => {
      const known = measures.get(name) ?? { name, unit, values: [], ...(target && { target }) };
      known.values.push(value);
      measures.set(name, known);
    };
    try {
      for (const [name, image] of Object.entries(IMAGES)) {
        const reference = process.env[`RDZEN_RIG_IMAGE_${image}`] ?? '';
        const size = Number(await docker('image', 'inspect', '--format', '{{.Size}}', reference));
        note(`image ${name}`, 'MB', size / MB);
      }
      for (let run = 0; run < Math.min(runs, 3); run++) {
        const stack = await Stack.make(run);
        try {
          const kills = quick ? 1 : Math.max(1, Math.ceil(trials / Math.min(runs, 3)));
          await oneRun(stack, kills, note);
        } finally {
          await stack.composition.remove();
        }
        say(`run ${run + 1} of ${Math.min(runs, 3)}`);
      }
    } finally {
      end();
    }
    return [...measures.values()];
  },
};

async function oneRun(
  stack: Stack,
  kills: number,
  note: (name: string, unit: string, value: number, target?: Measure['target']) => void,
): Promise<void> {
  const began = stamp();
  await stack.up();
  const person = await eventually(
    () => ChatPerson.enter(stack.chat, 'Ada').catch(() => undefined),
    Boolean,
    60_000,
    'the chat page is there',
  );
  if (!person) return;
  try {
    let room = await person.direct();
    // What was said before its very first login is none of its business.
    await eventually(
      () => stack.status(),
      (view) => view?.rocketchat_connected === true,
      60_000,
      'it listens',
    );
    await person.say(room, 'Are you there?');
    await Promise.all([
      stack.ready().then(() => note('up', 's', (stamp() - began) / 1_000)),
      person
        .waitForAnswers(room, 1, 120_000)
        .then(() => note('first answer', 's', (stamp() - began) / 1_000)),
    ]);
    for (let kill = 0; kill < kills; kill++) {
      const before = await stack.ready();
      await person.say(room, '!resume');
      room = await person.direct();
      const known = (await person.answersIn(room)).length;
      await person.say(room, QUESTION);
      await eventually(
        () => person.answersIn(room),
        (answers) => answers.length > known && (answers.at(-1)?.text.length ?? 0) > 40,
        30_000,
        'it is being written',
      );
      const killed = stamp();
      await docker('kill', stack.composition.container(`core${before?.active_core}`));
      await eventually(
        () => stack.status(),
        (view) => (view?.epoch ?? 0) > (before?.epoch ?? 0),
        10_000,
        'the other core is active',
      );
      await stack.ready();
      note('docker kill: back', 's', (stamp() - killed) / 1_000, { of: 'worst', most: 15 });
      await person.waitForAnswers(room, known + 1, 60_000);
      // Written once the answer has ended, which is a moment after people see its last words.
      const told = await eventually(
        () => stack.lastSwitch(),
        (row) => row?.waited_ms !== undefined,
        60_000,
        'the history tells how long the answer stood still',
      );
      note('docker kill: next token', 'ms', told?.waited_ms ?? NaN, { of: 'p99', most: 2_000 });
    }
    for (const service of SERVICES) note(`memory of ${service}`, 'MB', await stack.memory(service));
  } finally {
    person.leave();
  }
}
