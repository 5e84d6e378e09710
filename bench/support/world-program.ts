import { serve } from './child';
import { Site, type SiteOptions, type Watched } from './site';
import type { Stamps } from './stamped-brain';

const sites: Site[] = [];
const watched: Watched[] = [];

function site(number: number): Site {
  const found = sites[number];
  if (!found) throw new Error(`there is no site ${number}`);
  return found;
}

/** What stands around gateways, in a process of its own so that it costs them nothing. */
const calls = {
  open: async (options: SiteOptions): Promise<{ site: number; chatUrl: string; coreUrls: string[] }> => {
    const opened = await Site.open(options);
    sites.push(opened);
    return { site: sites.length - 1, chatUrl: opened.chat.url, coreUrls: opened.coreUrls };
  },
  talk: (number: number): Promise<void> => site(number).talk(),
  forget: (number: number): void => site(number).forget(),
  /** @returns how long each exchange took, from the message on the socket to the posted answer, and all together. */
  converse: async ({
    site: number,
    messages,
    inFlight,
  }: {
    site: number;
    messages: number;
    inFlight: number;
  }): Promise<{ tookMs: number; each: number[] }> => {
    const exchanges = await site(number).converse(messages, inFlight);
    const first = Math.min(...exchanges.map(({ asked }) => asked));
    const last = Math.max(...exchanges.map(({ answered }) => answered));
    return { tookMs: last - first, each: exchanges.map(({ asked, answered }) => answered - asked) };
  },
  /** One exchange whose question holds `#mark`. @returns the stamp of the message on the socket. */
  exchange: async ({
    site: number,
    room,
    text,
  }: {
    site: number;
    room: number;
    text: string;
  }): Promise<number> => (await site(number).exchange(room, text)).asked,
  stamps: ({ site: number, mark }: { site: number; mark: string }): Stamps | undefined =>
    site(number).stampsOf(mark),
  /** @returns a number to ask {@link seen} with. */
  watch: ({ site: number, room, text }: { site: number; room: number; text: string }): number =>
    watched.push(site(number).watch(room, text)) - 1,
  /** The one who asked in this room wants no more of the answer. */
  stop: ({ site: number, room }: { site: number; room: number }): void => site(number).stop(room),
  seen: (number: number): Watched | undefined => watched[number],
};

export type World = typeof calls;

serve(calls, async () => {
  for (const each of sites) await each.close();
});
