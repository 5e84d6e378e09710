import { BOT, directRoom, OPERATOR, type Person } from './chat-server';
import type { Asked } from './ledger';
import type { Deed, PersonAct } from './plan.types';
import type { World } from './world';

/** In every question: no line of the log may hold it. */
export const PRIVATE_THOUGHT = 'canary-thought';

/** Somebody does something; what cannot be done yet is left undone. */
export function perform({ who, deed }: PersonAct, world: World): void {
  switch (deed.act) {
    case 'ask-direct':
      if (who !== OPERATOR) ask(world, who, directRoom(who).id);
      return;
    case 'newcomer':
      // The operator had no direct message with the assistant so far.
      world.server.addRoom(directRoom(OPERATOR));
      ask(world, OPERATOR, directRoom(OPERATOR).id);
      return;
    case 'ask-channel':
      ask(world, who, 'general');
      return;
    case 'ask-group':
      ask(world, who, 'team');
      return;
    case 'follow-up': {
      const thread = threadToFollow(world);
      if (thread?.threadId !== undefined) ask(world, who, thread.roomId, thread.threadId);
      return;
    }
    case 'chatter':
      say(world, who, 'general', undefined, { overheard: true });
      return;
    case 'command':
      command(world, who, deed.text);
      return;
    default:
      touch(world, who, deed.act);
  }
}

/** In a direct message as it is; elsewhere with a mention, unless the assistant is in the thread already. */
export function ask(world: World, who: Person, roomId: string, threadId?: string): Asked {
  return say(world, who, roomId, threadId, {});
}

function say(
  world: World,
  author: Person,
  roomId: string,
  threadId: string | undefined,
  rest: Pick<Asked, 'overheard'>,
): Asked {
  const { server, ledger } = world;
  const direct = roomId.startsWith('dm-');
  const number = ledger.byNumber.size + 1;
  const mention = direct || threadId !== undefined || rest.overheard ? '' : `@${BOT.username} `;
  const text = `${mention}q${number}v0 ${PRIVATE_THOUGHT}?`;
  const { id, at } = server.write(roomId, author, text, threadId);
  const answerThread = threadId ?? (direct ? undefined : id);
  const asked: Asked = {
    id,
    number,
    roomId,
    threadId: answerThread,
    author,
    at,
    saidAt: world.clock.monotonic(),
    texts: [text],
    ...rest,
  };
  ledger.ask(asked);
  world.trace(() => `${author} in ${roomId}${threadId ? ` (thread ${threadId})` : ''}: ${text} [${id}]`);
  return asked;
}

/** In the place of the person's newest question, else in the channel. */
function command(world: World, author: Person, text: string): void {
  const { server, ledger } = world;
  const last = own(world, author).at(-1);
  const roomId = last?.roomId ?? 'general';
  const direct = roomId.startsWith('dm-');
  const { id, at } = server.write(roomId, author, direct ? text : `@${BOT.username} ${text}`);
  ledger.ask({
    id,
    command: text,
    roomId,
    threadId: direct ? undefined : id,
    author,
    at,
    saidAt: world.clock.monotonic(),
    texts: [text],
  });
  world.trace(() => `${author} in ${roomId}: ${text} [${id}]`);
}

function touch(world: World, who: Person, act: (Deed & { act: string })['act']): void {
  const { server, clock } = world;
  const asked = own(world, who).at(-1);
  if (!asked || asked.deleted || asked.number === undefined) return;
  world.trace(() => `${who}: ${act} ${asked.id}`);
  if (act === 'react') {
    server.react(asked.id);
    return;
  }
  asked.touchedAt ??= clock.now();
  if (act === 'edit') {
    const text = (asked.texts[0] ?? '').replace(/v0\b/, `v${asked.texts.length}`);
    asked.texts.push(text);
    server.edit(asked.id, text);
    return;
  }
  asked.deleted = true;
  server.delete(asked.id, act === 'delete');
}

function own(world: World, who: Person): Asked[] {
  return [...world.ledger.byNumber.values()].filter(
    ({ author, overheard, squats }) => author === who && !overheard && !squats,
  );
}

/** The thread of a question that was heard: what is said there from now on is said to the assistant. */
function threadToFollow({ ledger, clock, plan }: World): Asked | undefined {
  return [...ledger.byNumber.values()].findLast(({ id, at, threadId }) => {
    // Nobody reads so fast that another instance's clock could put the reply first.
    if (clock.now() - at <= plan.stampLagMs) return false;
    const state = ledger.rows.get(id)?.state;
    return threadId !== undefined && state !== undefined && state !== 'ignored' && state !== 'rejected';
  });
}

/** Somebody who should not know it posts under the id of the answer to come; what is written there is a question, too. */
export function squat(world: World, asked: Asked, id: string): void {
  const { server, ledger } = world;
  const { roomId } = asked;
  const author = roomId.startsWith('dm-') ? asked.author : 'cyn';
  const number = ledger.byNumber.size + 1;
  const text = `q${number}v0 ${PRIVATE_THOUGHT}?`;
  const message = server.squat(id, roomId, author, text);
  if (!message) return;
  ledger.squatted.add(asked.id);
  const overheard = !roomId.startsWith('dm-');
  ledger.ask({
    id,
    number,
    roomId,
    author,
    at: message.at,
    saidAt: world.clock.monotonic(),
    texts: [text],
    overheard,
    squats: true,
  });
  world.trace(() => `${author} squats on ${id}: ${text}`);
}
