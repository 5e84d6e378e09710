import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { eventually } from '../support/chat-person';
import { ChatPage } from './support/chat-page';
import { PageServer } from './support/page-server';
import { WatchedBrowser } from './support/watched-browser';

jest.setTimeout(60_000);

/** What Chromium itself says of requests that fail as these tests want them to. */
const WANTED = /ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|ERR_FAILED|status of (?:400|500)/;
const SEND = '**/api/v1/chat.sendMessage';

describe('the chat page in trouble', () => {
  let server: PageServer;
  let browser: WatchedBrowser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([PageServer.start(), WatchedBrowser.launch()]);
  });
  afterEach(async () => {
    await browser.closePages();
    expect(browser.takeComplaints().filter((complaint) => !WANTED.test(complaint))).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  async function inGeneral(name: string, page?: Page): Promise<ChatPage> {
    const chat = await (await ChatPage.open(page ?? (await browser.page()), server.url)).enter(name);
    await chat.openRoom('general');
    return chat;
  }
  const texts = (chat: ChatPage): Promise<string[]> => chat.messages.locator('.text').allInnerTexts();
  const refuse = (page: Page, status: number): Promise<unknown> =>
    page.route(SEND, (route) =>
      route.fulfill({ status, json: { success: false, error: 'as the test wants' } }),
    );

  it('needs no network to reach its own machine', async () => {
    const page = await browser.page();
    await page.addInitScript(`Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false });`);
    const ann = await inGeneral('Ann', page);
    await page.evaluate(`dispatchEvent(new Event('offline'))`);
    await page.waitForTimeout(3_000);
    expect(await page.locator('#link').isVisible()).toBe(false);
    await server.say('#general', 'heard without a network');
    await ann.own('heard without a network').waitFor();
  });

  it('finds out soon that a connection has died with the network', async () => {
    const page = await browser.page();
    let dead = false;
    await page.routeWebSocket(/websocket/, (socket) => {
      const upstream = socket.connectToServer();
      socket.onMessage((frame) => {
        if (!dead) upstream.send(frame);
      });
    });
    const abe = await inGeneral('Abe', page);
    dead = true;
    await page.evaluate(`dispatchEvent(new Event('offline'))`);
    await page.locator('#link', { hasText: 'trying again' }).waitFor({ timeout: 5_000 });
    dead = false;
    await abe.connected();
  });

  it('misses nothing when others go on talking while it comes back, even if the first try to catch up fails', async () => {
    const bea = await inGeneral('Bea');
    await server.say('#general', 'before the loss');
    await bea.own('before the loss').waitFor();
    await bea.page.context().setOffline(true);
    await bea.page.locator('#link').waitFor();
    for (let number = 1; number <= 5; number++) await server.say('#general', `missed ${number}.`);
    // What comes after may be as much later as the page allows for changes of one moment, and more.
    await bea.page.waitForTimeout(2_500);
    let tries = 0;
    await bea.page.route('**/chat.syncMessages*', async (route) => {
      tries += 1;
      if (tries > 1) return route.continue();
      for (let number = 1; number <= 3; number++) await server.say('#general', `live ${number}.`);
      await bea.own('live 3.').waitFor();
      return route.fulfill({ status: 500, json: { success: false } });
    });
    await bea.page.context().setOffline(false);
    await bea.own('missed 5.').waitFor({ timeout: 15_000 });
    expect((await texts(bea)).slice(-8)).toEqual([
      ...[1, 2, 3, 4, 5].map((number) => `missed ${number}.`),
      ...[1, 2, 3].map((number) => `live ${number}.`),
    ]);
    await bea.page.locator('#link').waitFor({ state: 'hidden' });
  });

  it('sends in the order of writing, and tries again by itself', async () => {
    const [cid, dan] = await Promise.all([inGeneral('Cid'), inGeneral('Dan')]);
    let calls = 0;
    await cid.page.route(SEND, async (route) => {
      calls += 1;
      if (calls === 1) return route.abort('connectionrefused');
      if (calls === 2) await sleep(300);
      return route.continue();
    });
    await cid.say('one');
    await cid.say('two');
    await cid.say('three');
    await dan.own('three').waitFor({ timeout: 10_000 });
    expect((await texts(dan)).slice(-3)).toEqual(['one', 'two', 'three']);
    await cid.page.locator('#messages .pending').waitFor({ state: 'detached' });
    expect((await texts(cid)).slice(-3)).toEqual(['one', 'two', 'three']);
  });

  it('keeps what waits over a reload, and what is refused over a change of rooms', async () => {
    const eve = await inGeneral('Eve');
    await eve.page.route(SEND, (route) => route.abort('connectionrefused'));
    await eve.say('waits for a network');
    await eve.own('waits for a network').locator('.fine').waitFor();
    await eve.page.unroute(SEND);
    await refuse(eve.page, 400);
    await eve.page.reload();
    await eve.connected();
    await eve.openRoom('general');
    const waiting = eve.own('waits for a network');
    await waiting.locator('.error', { hasText: 'Not sent.' }).waitFor({ timeout: 10_000 });
    await eve.askAssistant();
    await eve.openRoom('general');
    await waiting.locator('.error').waitFor();
    await eve.page.unroute(SEND);
    await waiting.locator('.error button').click();
    await waiting.locator('.error').waitFor({ state: 'detached' });
    await eve.page.reload();
    await eve.connected();
    await eve.openRoom('general');
    await waiting.waitFor();
    expect(await waiting.count()).toBe(1);
    expect(await waiting.locator('.fine, .error').count()).toBe(0);
  });

  it('lets one take back what has not arrived, and not change it', async () => {
    const fay = await inGeneral('Fay');
    await fay.page.route(SEND, (route) => route.abort('connectionrefused'));
    const message = await fay.say('better not sent');
    await message.locator('.fine').waitFor();
    await message.hover();
    expect(await message.locator('.edit, .reply').count()).toBe(0);
    await message.locator('.delete').click();
    await fay.page.locator('#delete-dialog .danger').click();
    await message.waitFor({ state: 'detached' });
    await fay.page.unroute(SEND);
    await fay.say('this one is sent');
    await fay.page.locator('#messages .pending').waitFor({ state: 'detached' });
    await fay.page.reload();
    await fay.connected();
    await fay.openRoom('general');
    await fay.own('this one is sent').waitFor();
    expect(await message.count()).toBe(0);
  });

  it('keeps the new text of an edit that cannot be saved', async () => {
    const gus = await inGeneral('Gus');
    await gus.say('first version');
    await gus.page.locator('#messages .pending').waitFor({ state: 'detached' });
    await gus.composer.fill('');
    await gus.composer.press('ArrowUp');
    await gus.composer.fill('a far better version');
    const update = '**/api/v1/chat.update';
    await gus.page.route(update, (route) => route.abort('connectionrefused'));
    await gus.composer.press('Enter');
    await gus.page.locator('#toast.shown', { hasText: 'the server does not answer' }).waitFor();
    expect(await gus.composer.inputValue()).toBe('a far better version');
    expect(await gus.page.locator('#compose .editing').isVisible()).toBe(true);
    await gus.page.unroute(update);
    await gus.composer.press('Enter');
    await gus.own('a far better version').waitFor();
    await gus.page.locator('#compose .editing').waitFor({ state: 'hidden' });
    expect(await gus.composer.inputValue()).toBe('');
  });

  it('learns of replies that were deleted meanwhile', async () => {
    const hal = await inGeneral('Hal');
    const root = await hal.say('a root');
    await hal.page.locator('#messages .pending').waitFor({ state: 'detached' });
    const { roomId } = await server.say('#general', 'to know the room');
    const tmid = await root.getAttribute('data-id');
    const reply = await server.call<{ message: { _id: string } }>('chat.postMessage', {
      roomId,
      text: 'to vanish',
      tmid,
    });
    await hal.threadMessages.filter({ hasText: 'to vanish' }).waitFor();
    await hal.page.context().setOffline(true);
    await hal.page.locator('#link').waitFor();
    await server.call('chat.delete', { roomId, msgId: reply.message._id });
    await hal.page.context().setOffline(false);
    await hal.threadMessages.filter({ hasText: 'to vanish' }).waitFor({ state: 'detached', timeout: 10_000 });
  });

  it('takes an error of the server for no refusal, and a message of trouble back when it is over', async () => {
    const page = await browser.page();
    let logins = 0;
    await page.routeWebSocket(/websocket/, (socket) => {
      const upstream = socket.connectToServer();
      socket.onMessage((text) => {
        const frame = JSON.parse(String(text)) as { method?: string; id?: string };
        if (frame.method !== 'login' || logins++ > 0) upstream.send(text);
        else socket.send(JSON.stringify({ msg: 'result', id: frame.id, error: { error: 500 } }));
      });
    });
    const ida = await inGeneral('Ida', page);
    expect(logins).toBe(2);
    const history = '**/channels.history*';
    await page.route(history, (route) => route.fulfill({ status: 500, json: {} }));
    await ida.askAssistant();
    await page.locator('#rooms .room', { hasText: 'general' }).click();
    await page.locator('#link', { hasText: 'could not be loaded' }).waitFor();
    await page.unroute(history);
    await eventually(
      () => ida.messages.count(),
      (count) => count > 0,
      8_000,
      'the messages come after all',
    );
    await page.locator('#link').waitFor({ state: 'hidden' });
  });
});
