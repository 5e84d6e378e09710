import type { RoomDocument, UserDocument } from '../records/documents';
import { Refusal } from '../refusal';
import type { ChatCore } from '../service/chat-core';
import type { MessageInput, Messages } from '../service/messages';
import { may } from '../service/permissions';
import type { Rooms } from '../service/rooms';
import { optionalText, post, get, text, texts, type RestRoute } from './rest-route';
import { Shape, type Fields, type Values } from './shape';
import { isObject } from '../is-object';

const POST_FIELDS: Fields = {
  text: 'text',
  alias: 'text',
  emoji: 'text',
  avatar: 'text',
  attachments: 'objects',
  customFields: 'object',
  parseUrls: 'boolean',
};

const INNER = new Shape({
  _id: 'text',
  rid: 'text',
  tmid: 'text',
  msg: 'text',
  alias: 'text',
  emoji: 'text',
  tshow: 'boolean',
  avatar: 'text',
  attachments: 'objects',
  blocks: 'objects',
  customFields: 'object',
});
const INNER_FIELDS = new Set(
  '_id rid tmid msg alias emoji tshow avatar attachments blocks customFields'.split(' '),
);

/** What a real server answers when the `_id` exists: its empty result trips over the next step. */
const DUPLICATE = "Cannot read properties of undefined (reading 'starred')";

export function messageRoutes(core: ChatCore, messages: Messages, rooms: Rooms): RestRoute[] {
  const found = async (id: string, roomId?: string) => {
    const message = await core.records.messages.byId(id);
    if (!message) throw new Refusal(`No message found with the id of "${id}".`);
    if (roomId !== undefined && message.rid !== roomId) {
      throw new Refusal('The room id provided does not match where the message is from.');
    }
    return message;
  };

  return [
    post(
      'chat.sendMessage',
      new Shape({ 'message!': 'object', previewUrls: 'texts' }),
      async (user, values) => {
        const input = innerMessage(values['message']);
        const message = await messages.send(user, input, texts(values, 'previewUrls'));
        if (!message) throw new Refusal(DUPLICATE);
        return { message };
      },
    ),

    post(
      'chat.postMessage',
      new Shape(
        { 'roomId!': 'text-or-texts', tmid: 'text', ...POST_FIELDS },
        { 'channel!': 'text-or-texts', ...POST_FIELDS },
      ),
      async (user, values) => {
        const sent = [];
        for (const target of targetsOf(values)) {
          const room = await resolve(core, rooms, user, target);
          const message = await messages.send(user, postedMessage(values, room._id));
          sent.push({ channel: target, message });
        }
        const [first] = sent;
        if (!first?.message) throw new Refusal('unknown-error');
        return { ts: core.now().getTime(), ...first };
      },
    ),

    post(
      'chat.update',
      new Shape({
        'roomId!': 'text',
        'msgId!': 'text',
        'text!': 'text',
        previewUrls: 'texts',
        customFields: 'object',
      }),
      async (user, values) => {
        const message = await found(text(values, 'msgId'), text(values, 'roomId'));
        const previewUrls = texts(values, 'previewUrls');
        const customFields = values['customFields'];
        return {
          message: await messages.update(user, message, {
            text: text(values, 'text'),
            ...(previewUrls && { previewUrls }),
            ...(isObject(customFields) && { customFields }),
          }),
        };
      },
    ),

    post(
      'chat.delete',
      new Shape({ 'roomId!': 'text', 'msgId!': 'text', asUser: 'boolean' }),
      async (user, values) => {
        const message = await found(text(values, 'msgId'), text(values, 'roomId'));
        await messages.remove(user, message);
        return { _id: message._id, ts: String(core.now().getTime()), message };
      },
    ),

    post(
      'chat.react',
      new Shape(
        { 'emoji!': 'text', 'messageId!': 'id', shouldReact: 'boolean' },
        { 'reaction!': 'text', 'messageId!': 'id', shouldReact: 'boolean' },
      ),
      async (user, values) => {
        const message = await core.records.messages.byId(text(values, 'messageId'));
        if (!message) {
          throw Refusal.coded(
            'error-message-not-found',
            'The provided "messageId" does not match any existing message.',
          );
        }
        const wanted = values['shouldReact'];
        const emoji = optionalText(values, 'emoji') ?? text(values, 'reaction');
        await messages.react(user, message, emoji, typeof wanted === 'boolean' ? wanted : undefined);
      },
    ),

    get('chat.getMessage', new Shape({ 'msgId!': 'id' }), async (user, values) => {
      const message = await messages.visible(user, text(values, 'msgId'));
      if (!message) throw new Refusal('');
      return { message };
    }),
  ];
}

function innerMessage(value: unknown): MessageInput {
  const inner = isObject(value) ? value : {};
  if (inner['t'] != null) throw new Refusal("Cannot send system messages using 'chat.sendMessage'");
  const known = Object.fromEntries(Object.entries(inner).filter(([name]) => INNER_FIELDS.has(name)));
  const input: MessageInput = { ...inner, ...INNER.check(known) };
  delete input.ts;
  if (inner['ts'] == null) return input;
  const ts = new Date(inner['ts'] as string | number);
  return { ...input, ts };
}

function postedMessage(values: Values, roomId: string): MessageInput {
  const kept = ['alias', 'emoji', 'avatar', 'attachments', 'customFields', 'tmid'];
  const given = kept.filter((name) => values[name] !== undefined).map((name) => [name, values[name]]);
  const fields = Object.fromEntries(given) as Record<string, unknown>;
  return { ...fields, rid: roomId, msg: text(values, 'text').trim(), groupable: false };
}

function targetsOf(values: Values): string[] {
  const target = values['channel'] ?? values['roomId'];
  return [...new Set(Array.isArray(target) ? target.map(String) : [String(target)])];
}

/** `#name`, `@user`, an id or a bare name. A public channel found by name is joined, a direct message opened. */
async function resolve(
  core: ChatCore,
  rooms: Rooms,
  user: UserDocument,
  target: string,
): Promise<RoomDocument> {
  if (target.startsWith('@')) return rooms.direct(user, [target.slice(1)]);
  const { records } = core;
  const name = target.replace(/^#/, '');
  const room = (await records.rooms.byId(name)) ?? (await records.rooms.byName(name));
  if (!room) throw Refusal.coded('invalid-channel', 'invalid-channel');
  const member = await records.rooms.subscription(room._id, user._id);
  return room.t === 'c' && !member && may(user, 'view-c-room') ? rooms.join(user, room) : room;
}
