import type { ChatCore } from '../service/chat-core';
import type { Rooms } from '../service/rooms';
import { date, get, optionalText, post, text, type RestRoute } from './rest-route';
import { Shape } from './shape';

export function subscriptionRoutes(core: ChatCore, rooms: Rooms): RestRoute[] {
  const { records } = core;
  return [
    get('rooms.get', undefined, async (user, values) => {
      const since = date(values, 'updatedSince');
      const all = await records.rooms.ofUser(user._id);
      return { update: since ? all.filter((room) => room._updatedAt > since) : all, remove: [] };
    }),

    get('subscriptions.get', new Shape({ updatedSince: 'text' }), async (user, values) => {
      const since = date(values, 'updatedSince');
      const all = await records.rooms.subscriptionsOfUser(user._id);
      return {
        update: since ? all.filter((subscription) => subscription._updatedAt > since) : all,
        remove: since ? await records.rooms.removedSubscriptions(user._id, since) : [],
      };
    }),

    get('subscriptions.getOne', new Shape({ 'roomId!': 'text' }), async (user, values) => ({
      subscription: (await records.rooms.subscription(text(values, 'roomId'), user._id)) ?? null,
    })),

    post(
      'subscriptions.read',
      new Shape({ 'rid!': 'text', readThreads: 'boolean' }, { 'roomId!': 'text', readThreads: 'boolean' }),
      async (user, values) => {
        await rooms.markRead(user, optionalText(values, 'rid') ?? text(values, 'roomId'));
      },
    ),
  ];
}
