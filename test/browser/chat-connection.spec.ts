import type { BrowserContextOptions } from 'playwright-core';
import { eventually } from '../support/chat-person';
import { ChatPage } from './support/chat-page';
import { PageServer } from './support/page-server';
import { picture, tellWhere } from './support/screenshots';
import { WatchedBrowser } from './support/watched-browser';

jest.setTimeout(60_000);

/** What Chromium itself says of requests that find no network. */
const NO_NETWORK = /ERR_INTERNET_DISCONNECTED|ERR_CONNECTION/;

describe('the chat page keeps what was said, read and begun', () => {
  let server: PageServer;
  let browser: WatchedBrowser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([PageServer.start(), WatchedBrowser.launch()]);
  });
  afterEach(async () => {
    await browser.closePages();
    expect(browser.takeComplaints().filter((complaint) => !NO_NETWORK.test(complaint))).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    tellWhere();
  });

  async function person(name: string, options?: BrowserContextOptions): Promise<ChatPage> {
    return (await ChatPage.open(await browser.page(options), server.url)).enter(name);
  }
  const scroll = (chat: ChatPage): Promise<number> =>
    chat.page.evaluate<number>(`document.getElementById('messages').scrollTop`);

  it('over a loss of the network: what others wrote meanwhile appears, what was written here is sent', async () => {
    const [ann, bob] = await Promise.all([person('Ann'), person('Bob')]);
    await Promise.all([ann.openRoom('general'), bob.openRoom('general')]);
    await bob.say('before the loss');
    await ann.own('before the loss').waitFor();
    await ann.page.context().setOffline(true);
    await ann.page.locator('#link', { hasText: 'You are offline' }).waitFor();
    await picture(ann.page, 'offline-1280-light');
    await bob.say('while Ann was away');
    const mine = await ann.say('written without a network');
    await mine.filter({ hasText: 'Will be sent when the connection is back.' }).waitFor();
    expect(await bob.own('written without a network').count()).toBe(0);
    await ann.page.context().setOffline(false);
    await ann.own('while Ann was away').waitFor({ timeout: 10_000 });
    await bob.own('written without a network').waitFor({ timeout: 10_000 });
    await ann.page.locator('#link').waitFor({ state: 'hidden' });
    expect(await ann.own('Will be sent').count()).toBe(0);
    await bob.say('after it all');
    await ann.own('after it all').waitFor();
    expect(await ann.messages.locator('.text').allInnerTexts()).toEqual(
      await bob.messages.locator('.text').allInnerTexts(),
    );
    expect(await bob.own('written without a network').count()).toBe(1);
  });

  it('over a server that breaks all connections: more than a page of messages, edits and deletions', async () => {
    const dora = await person('Dora');
    await dora.openRoom('general');
    const edited = await server.say('#general', 'to be changed');
    const gone = await server.say('#general', 'to be deleted');
    await dora.own('to be deleted').waitFor();
    await dora.page.context().setOffline(true);
    await dora.page.locator('#link').waitFor();
    for (let number = 1; number <= 70; number++) await server.say('#general', `missed message ${number}.`);
    await server.rewrite(edited, 'was changed meanwhile');
    await server.call('chat.delete', { roomId: gone.roomId, msgId: gone.id });
    await dora.page.context().setOffline(false);
    await dora.own('missed message 70.').waitFor({ timeout: 10_000 });
    expect(await dora.own('missed message').count()).toBe(70);
    await dora.own('was changed meanwhile').waitFor();
    expect(await dora.own('to be deleted').count()).toBe(0);
    server.server.dropRealtime();
    await dora.page.locator('#link', { hasText: 'trying again' }).waitFor();
    await dora.connected();
    await server.say('#general', 'the connection is back');
    await dora.own('the connection is back').waitFor();
  });

  it('over reload and back: room, unread marks and drafts', async () => {
    const [eve, finn] = await Promise.all([person('Eve'), person('Finn')]);
    await eve.page.locator('#new').click();
    await eve.page.locator('#people-list .room', { hasText: 'Finn' }).click();
    await eve.page.locator('#room-name', { hasText: 'Finn' }).waitFor();
    await finn.say('@eve one');
    await server.say('#general', '@eve two');
    const general = eve.page.locator('#rooms .room', { hasText: 'general' });
    await general.locator('.badge.mentioned', { hasText: '@2' }).waitFor();
    expect(await eve.page.title()).toBe('(2) Rdzen');
    await eve.composer.fill('half a thought');
    await picture(eve.page, 'unread-1280-light');
    await eve.page.reload();
    await eve.connected();
    await general.locator('.badge.mentioned', { hasText: '@2' }).waitFor();
    expect(await eve.page.title()).toBe('(2) Rdzen');
    expect(await eve.composer.inputValue()).toBe('half a thought');

    await general.click();
    await eve.own('@eve two').waitFor();
    const fresh = eve.page.locator('#messages .row', { has: eve.page.locator('.fresh') });
    expect(await fresh.locator('.text').innerText()).toBe('@eve one');
    await picture(eve.page, 'new-divider-1280-light');
    await general.locator('.badge').waitFor({ state: 'detached' });
    expect(await eve.page.title()).toBe('Rdzen');
    expect(await eve.composer.inputValue()).toBe('');
    await eve.page.locator('#rooms .room', { hasText: 'Finn' }).click();
    expect(await eve.composer.inputValue()).toBe('half a thought');
    await eve.page.reload();
    await eve.connected();
    expect(await general.locator('.badge').count()).toBe(0);

    await eve.page.goto('about:blank');
    await eve.page.goBack();
    await eve.connected();
    await eve.openRoom('general');
    await server.say('#general', 'still here');
    await eve.own('still here').waitFor();
  });

  it('where one reads: earlier messages come without a jump, new ones are counted', async () => {
    const room = 'long-room';
    await server.call('channels.create', { name: room });
    for (let number = 1; number <= 130; number++) await server.say(`#${room}`, `line number ${number}.`);
    const gina = await person('Gina');
    await gina.page.locator('#new').click();
    await gina.page.locator('#join-list .room', { hasText: room }).click();
    await gina.own('line number 130.').waitFor();
    const top = (text: string): Promise<number> =>
      gina
        .own(text)
        .evaluate(
          (node) =>
            (node as unknown as { getBoundingClientRect(): { top: number } }).getBoundingClientRect().top,
        );
    expect(await gina.messages.count()).toBeLessThan(60);
    await gina.page.evaluate(`document.getElementById('messages').scrollTop = 400`);
    await gina.page.waitForTimeout(100);
    const first = 'line number 90.';
    const before = await top(first);
    await gina.page.evaluate(`document.getElementById('messages').scrollTop -= 150`);
    await gina.own('line number 40.').waitFor({ state: 'attached' });
    await gina.page.waitForTimeout(200);
    expect(Math.abs((await top(first)) - before - 150)).toBeLessThan(2);

    const place = await scroll(gina);
    for (const text of ['one more', 'and another']) await server.say(`#${room}`, text);
    await gina.page.locator('#newer', { hasText: '2 new messages' }).waitFor();
    await picture(gina.page, 'new-messages-1280-light');
    expect(await scroll(gina)).toBe(place);
    await gina.page.locator('#newer').click();
    await gina.page.locator('#newer').waitFor({ state: 'hidden' });
    expect(await gina.own('and another').isVisible()).toBe(true);

    const upTo = async (text: string): Promise<void> => {
      await eventually(
        async () => {
          await gina.page.evaluate(`document.getElementById('messages').scrollTop = 0`);
          return gina.own(text).count();
        },
        (count) => count > 0,
        5_000,
        `scrolling up leads to "${text}"`,
      );
    };
    await upTo('line number 1.');
    await gina.page.locator('.begins', { hasText: 'Here the conversation begins.' }).waitFor();
    const numbers = (await gina.messages.locator('.text').allInnerTexts()).flatMap(
      (text) => /number (\d+)/.exec(text)?.[1] ?? [],
    );
    expect(numbers).toEqual(Array.from({ length: 130 }, (_, index) => String(index + 1)));
  });

  it('what is selected, while an answer below and in it grows', async () => {
    const hugo = await person('Hugo');
    await hugo.openRoom('general');
    const answer = await server.say('#general', 'First paragraph of the answer.\n\nSecond paragraph gr▍');
    const growing = hugo.own('First paragraph of the answer.');
    await growing.locator('.cursor').waitFor();
    await hugo.page.evaluate(`{
      const text = [...document.querySelectorAll('#messages .text p')].find((p) => p.textContent.startsWith('First'));
      getSelection().selectAllChildren(text);
    }`);
    await server.rewrite(answer, 'First paragraph of the answer.\n\nSecond paragraph grows.\n\n- and **mo▍');
    await growing.locator('li strong', { hasText: 'mo' }).waitFor();
    expect(await hugo.page.evaluate('getSelection().toString()')).toBe('First paragraph of the answer.');
    await server.rewrite(
      answer,
      'First paragraph of the answer.\n\nSecond paragraph grows.\n\n- and **more**',
    );
    await growing.and(hugo.page.locator('[aria-busy=false]')).waitFor();
    expect(await hugo.page.evaluate('getSelection().toString()')).toBe('First paragraph of the answer.');
    expect(await growing.locator('li').innerText()).toBe('and more');
  });
});
