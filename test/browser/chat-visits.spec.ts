import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { eventually } from '../support/chat-person';
import { ChatPage } from './support/chat-page';
import { PageServer } from './support/page-server';
import { WatchedBrowser } from './support/watched-browser';

jest.setTimeout(60_000);

const KEY = 'the-admin-key-of-this-test';

describe('at the chat page', () => {
  let folder: string;
  let server: PageServer;
  let browser: WatchedBrowser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rdzen-page-'));
    const adminKeyFile = join(folder, 'admin.key');
    await writeFile(adminKeyFile, KEY);
    [server, browser] = await Promise.all([PageServer.start({ adminKeyFile }), WatchedBrowser.launch()]);
  });
  afterEach(async () => {
    await browser.closePages();
    expect(browser.takeComplaints()).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true });
  });

  const visitor = async (options?: BrowserContextOptions): Promise<ChatPage> =>
    ChatPage.open(await browser.page(options), server.url);
  const person = async (name: string, options?: BrowserContextOptions): Promise<ChatPage> =>
    (await visitor(options)).enter(name);
  const leave = async ({ page }: ChatPage): Promise<void> => {
    await page.locator('#leave').click();
    await page.locator('#door').waitFor();
  };
  interface Session {
    userId: string;
    authToken: string;
    username: string;
  }
  const session = ({ page }: ChatPage): Promise<Session> =>
    page.evaluate<Session>(`JSON.parse(localStorage.getItem('rdzen-chat-session'))`);

  describe('the door', () => {
    it('lets in once who presses twice', async () => {
      const ann = await visitor();
      let entries = 0;
      let sockets = 0;
      await ann.page.route('**/embedded/enter', async (route) => {
        entries += 1;
        await sleep(100);
        await route.continue();
      });
      ann.page.on('websocket', () => (sockets += 1));
      await ann.page.locator('#enter-name').fill('Ann');
      await ann.page.locator('#enter button[type=submit]').dblclick({ delay: 10 });
      await ann.connected();
      await ann.page.evaluate('enter.requestSubmit()');
      await ann.page.waitForTimeout(300);
      expect([entries, sockets]).toEqual([1, 1]);
    });

    it('stays shut behind who left, and gives each name back to its holder', async () => {
      const bea = await person('Bea');
      const first = await session(bea);
      await leave(bea);
      await bea.page.reload();
      await bea.page.locator('#door').waitFor();
      expect(await bea.page.locator('#app').isVisible()).toBe(false);
      await bea.enter('Somebody Else');
      expect((await session(bea)).username).toBe('somebody.else');
      await leave(bea);
      await bea.enter(' bea ');
      expect((await session(bea)).userId).toBe(first.userId);
      await bea.page.reload();
      await bea.connected();
    });

    it('ends the session of an administrator who leaves', async () => {
      const cid = await (await visitor()).enter('Cid', KEY);
      const { userId, authToken } = await session(cid);
      const me = async (): Promise<number> =>
        (
          await fetch(`${server.url}/api/v1/me`, {
            headers: { 'x-user-id': userId, 'x-auth-token': authToken },
          })
        ).status;
      expect(await me()).toBe(200);
      await leave(cid);
      await eventually(me, (status) => status === 401, 3_000, 'the token is worth nothing');
      expect(await cid.page.evaluate('JSON.stringify(localStorage)')).not.toContain(authToken);
      expect(await cid.page.locator('#enter-name').inputValue()).toBe('Cid');
    });

    it.each([
      ['en-US', 'This name belongs to the assistant or the system.'],
      ['pl-PL', 'Ta nazwa należy do asystenta albo systemu.'],
    ])('says in the language of the visitor (%s) that a name is reserved', async (locale, text) => {
      const { page } = await visitor({ locale });
      await page.locator('#enter-name').fill('system bot');
      await page.locator('#enter button[type=submit]').click();
      await page.locator('#enter-error', { hasText: text }).waitFor();
      expect(browser.takeComplaints()).toEqual([expect.stringContaining('400')]);
    });
  });

  describe('the reader', () => {
    it('keeps the focus when a thread opens by itself', async () => {
      const dan = await person('Dan');
      await dan.openRoom('general');
      const question = await dan.say('@system-bot a question');
      await dan.page.locator('#messages .pending').waitFor({ state: 'detached' });
      const tmid = await question.getAttribute('data-id');
      const { roomId } = await server.say('#general', 'to know the room');
      await dan.composer.pressSequentially('half of ');
      await server.call('chat.postMessage', { roomId, text: 'an answer', tmid });
      await dan.threadMessages.filter({ hasText: 'an answer' }).waitFor();
      await dan.page.waitForTimeout(200);
      await dan.page.keyboard.type('my sentence');
      expect(await dan.composer.inputValue()).toBe('half of my sentence');
      await dan.page.locator('#thread-close').click();
      await question.locator('.replies').click();
      await eventually(
        () => dan.page.evaluate('document.activeElement.id'),
        (id) => id === 'thread-text',
        2_000,
        'a thread that was asked for has the focus',
      );
    });

    it('reaches the beginning in a window that holds more than a page', async () => {
      await server.call('channels.create', { name: 'tall' });
      for (let number = 1; number <= 120; number++) await server.say('#tall', `line ${number}.`);
      const eve = await person('Eve', { viewport: { width: 1200, height: 2600 } });
      await eve.page.locator('#new').click();
      await eve.page.locator('#join-list .room', { hasText: 'tall' }).click();
      await eve.own('line 120.').waitFor();
      const scrollable = `messages.scrollHeight - messages.clientHeight`;
      await eventually(
        () => eve.page.evaluate<number>(scrollable),
        (room) => room > 0,
        5_000,
        'there is something to scroll',
      );
      await eve.page.setViewportSize({ width: 1200, height: 7_000 });
      await eve.own('line 1.').waitFor();
    });

    it('does not wait for one layout per message', async () => {
      await server.call('channels.create', { name: 'many' });
      for (let number = 1; number <= 60; number++) await server.say('#many', `line ${number}.`);
      const fay = await person('Fay');
      await fay.page.locator('#new').click();
      await fay.page.locator('#join-list .room', { hasText: 'many' }).click();
      await fay.own('line 60.').waitFor();
      await fay.page.evaluate(`{
        const { get } = Object.getOwnPropertyDescriptor(Element.prototype, 'scrollHeight');
        window.layouts = 0;
        Object.defineProperty(messages, 'scrollHeight', { get() { window.layouts += 1; return get.call(this); } });
      }`);
      await fay.page.locator('.sidebar button.language').click();
      await fay.page
        .locator('#messages .tools .copy[title="Kopiuj tekst"]')
        .last()
        .waitFor({ state: 'attached' });
      expect(await fay.page.evaluate<number>('window.layouts')).toBeLessThan(10);
      expect(await fay.own('line 60.').isVisible()).toBe(true);
    });

    it('is greeted in an empty room in the language that was chosen last', async () => {
      const gus = await person('Gus');
      await gus.askAssistant();
      const empty = gus.page.locator('#messages .empty');
      await empty.filter({ hasText: 'Ask me anything' }).waitFor();
      await gus.page.locator('.sidebar button.language').click();
      await empty.filter({ hasText: 'Zapytaj o cokolwiek' }).waitFor();
      await gus.page.locator('.chip', { hasText: 'Opowiedz mi długą historię' }).waitFor();
      expect(await gus.page.locator('.chip').count()).toBe(3);
    });

    it('keeps the drafts of several tabs', async () => {
      const hal = await person('Hal');
      const other = await ChatPage.open(await hal.page.context().newPage(), server.url);
      await other.connected();
      await hal.openRoom('general');
      await hal.composer.fill('draft of the first tab');
      await other.askAssistant();
      await other.composer.fill('draft of the second tab');
      await hal.page.reload();
      await hal.connected();
      await hal.openRoom('general');
      expect(await hal.composer.inputValue()).toBe('draft of the first tab');
      await hal.askAssistant();
      expect(await hal.composer.inputValue()).toBe('draft of the second tab');
    });

    it('sees formatting stay on a slow machine, and all of it once the text is whole', async () => {
      const { page } = await visitor();
      await page.locator('#door').waitFor();
      const shown = await states(page, [
        { text: '**one** and', ms: 400 },
        { text: '**one** and _two_ a', ms: 1 },
        ...['**one** and _two_ and', '**one** and _two_ and **th', '**one** and _two_ and **three** a'].map(
          (text) => ({ text, ms: 400 }),
        ),
        { text: '**one** and _two_ and **three** and **four** a', ms: 400 },
        { text: '**one** and _two_ and **three** and **four** and done', ms: 400, whole: true },
      ]);
      expect(shown).toEqual([
        'one',
        'one,two',
        'one,two',
        'one,two,th',
        'one,two,three',
        'one,two,three',
        'one,two,three,four',
      ]);
    });
  });

  /** What is formatted after each step of a growing text, if showing it takes so long. */
  async function states(
    page: Page,
    steps: { text: string; ms: number; whole?: boolean }[],
  ): Promise<string[]> {
    return page.evaluate<string[]>(`import('/markdown.mjs').then(({ renderMarkdown }) => {
      const box = document.createElement('div');
      return ${JSON.stringify(steps)}.map(({ text, ms, whole }) => {
        let now = 0;
        performance.now = () => (now += ms) - ms;
        renderMarkdown(box, text, { ownName: 'ann', growing: !whole });
        return [...box.querySelectorAll('strong, em')].map(({ textContent }) => textContent).join();
      });
    })`);
  }
});
