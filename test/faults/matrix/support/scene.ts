import { setTimeout as sleep } from 'node:timers/promises';
import { scriptedAnswer } from '../../../../src/embedded/core/scripted-answer';
import { ChatPerson, eventually } from '../../../support/chat-person';
import { answerTo } from '../../delivery/support/recital';
import type { CoreHandle } from './core-handle';
import type { GatewayLife } from './gateway-life';
import type { Lane } from './lane';
import type { OutsideCore } from './outside-core';

/** A room that is new is read over REST once; what is asked after that comes by the socket. */
const NEW_ROOM_MS = 500;

/** What phases and faults have to do with: a person who asks, the gateway, and its two cores. */
export class Scene {
  readonly asked: string[] = [];

  private constructor(
    readonly lane: Lane,
    readonly life: GatewayLife,
    private readonly person: ChatPerson,
    readonly room: string,
    private readonly cores: readonly CoreHandle[],
    /** Which was active at the beginning, and the epoch then. */
    private readonly activeId: number,
    readonly epoch: number,
  ) {}

  static async set(lane: Lane, life: GatewayLife, name: string): Promise<Scene> {
    const { active_core: active, epoch } = await life.status();
    const person = await lane.chat.enter(name);
    const cores = life.kind === 'own' ? await life.ownCores() : lane.cores;
    const room = await person.direct();
    await sleep(NEW_ROOM_MS);
    return new Scene(lane, life, person, room, cores, active, epoch);
  }

  /** The core that was active when the scene began: the one to be hurt. */
  get active(): CoreHandle {
    return this.core(({ id }) => id === this.activeId);
  }

  get standby(): CoreHandle {
    return this.core(({ id }) => id !== this.activeId);
  }

  /** The active core, where it is one of the test's. */
  get outside(): OutsideCore {
    const core = this.lane.cores.find(({ id }) => id === this.activeId);
    if (!core || this.life.kind === 'own') throw new Error("The cores are the gateway's own here");
    return core;
  }

  /** Where the gateway does not start its cores by itself somebody else does. */
  async startAgain(...dead: CoreHandle[]): Promise<void> {
    if (this.life.kind === 'own') return;
    const ids = dead.map(({ id }) => id);
    await Promise.all(this.lane.cores.filter(({ id }) => ids.includes(id)).map((core) => core.revive()));
  }

  /** Whether the person was told that no core can answer. */
  told(): boolean {
    return this.person.seen.some(({ text, roomId }) => roomId === this.room && text.startsWith('⏳'));
  }

  async ask(): Promise<void> {
    const question = `Question ${this.asked.length + 1} in 12 sentences`;
    this.asked.push(question);
    await this.person.say(this.room, question);
  }

  /** Resolves once the answer to the newest question grows before everybody's eyes. */
  async growing(): Promise<void> {
    await eventually(
      () => this.texts(),
      (texts) => texts.length === this.asked.length && (texts.at(-1)?.endsWith('▍') ?? false),
      10_000,
      'an answer grows',
    );
  }

  /** What stands in the room, oldest first. */
  async texts(): Promise<string[]> {
    return (await this.person.answersIn(this.room)).map(({ text }) => text);
  }

  /** What has to stand there in the end: each question's whole answer, once, in the order in which they were asked. */
  get expected(): string[] {
    if (this.life.kind === 'own')
      return this.asked.map((content) => scriptedAnswer([{ role: 'user', content }]));
    return this.asked.map(answerTo);
  }

  attempts(): ReturnType<GatewayLife['attempts']> {
    return this.life.attempts(this.room);
  }

  private core(wanted: (core: CoreHandle) => boolean): CoreHandle {
    const found = this.cores.find(wanted);
    if (!found) throw new Error('There is no such core');
    return found;
  }
}
