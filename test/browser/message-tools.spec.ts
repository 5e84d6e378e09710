import { eventually } from '../support/chat-person';
import { ChatPage } from './support/chat-page';
import { PageServer } from './support/page-server';
import { picture, tellWhere } from './support/screenshots';
import { WatchedBrowser } from './support/watched-browser';

jest.setTimeout(60_000);

describe('with a message one can', () => {
  let server: PageServer;
  let old: PageServer | undefined;
  let browser: WatchedBrowser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([PageServer.start(), WatchedBrowser.launch()]);
  });
  afterEach(async () => {
    await browser.closePages();
    expect(browser.takeComplaints()).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await old?.close();
    tellWhere();
  });

  async function inGeneral(name: string): Promise<ChatPage> {
    const page = await browser.page({ permissions: ['clipboard-read', 'clipboard-write'] });
    const chat = await (await ChatPage.open(page, server.url)).enter(name);
    await chat.openRoom('general');
    return chat;
  }
  const clipboard = (chat: ChatPage): Promise<string> =>
    chat.page.evaluate<string>('navigator.clipboard.readText()');

  it('change the last of one’s own with the arrow key, and leave it with Escape', async () => {
    const [ann, bob] = await Promise.all([inGeneral('Ann'), inGeneral('Bob')]);
    await ann.say('A sentense');
    await bob.own('A sentense').waitFor();
    await bob.say('Something of Bob');
    await ann.own('Something of Bob').waitFor();
    await ann.composer.press('ArrowUp');
    expect(await ann.composer.inputValue()).toBe('A sentense');
    await ann.page.locator('#compose .editing').waitFor();
    await picture(ann.page, 'editing-1280-light');
    await ann.composer.press('Escape');
    expect(await ann.composer.inputValue()).toBe('');
    await ann.composer.fill('a draft');
    const message = ann.own('A sentense');
    await message.hover();
    await message.locator('.edit').click();
    await ann.composer.fill('A sentence');
    await ann.composer.press('Enter');
    for (const chat of [ann, bob]) {
      await chat.own('A sentence').waitFor();
      expect(await chat.own('A sentence').locator('.edited').innerText()).toBe('edited');
    }
    expect(await ann.composer.inputValue()).toBe('a draft');
    expect(await ann.own('Something of Bob').locator('.edit, .delete').count()).toBe(0);
  });

  it('delete one’s own, once it is confirmed', async () => {
    const [cleo, dan] = await Promise.all([inGeneral('Cleo'), inGeneral('Dan')]);
    const message = await cleo.say('Better not said');
    await dan.own('Better not said').waitFor();
    await message.hover();
    await message.locator('.delete').click();
    await cleo.page.locator('#delete-dialog', { hasText: 'Better not said' }).waitFor();
    await picture(cleo.page, 'delete-dialog-1280-light');
    await cleo.page.keyboard.press('Escape');
    expect(await message.count()).toBe(1);
    await message.hover();
    await message.locator('.delete').click();
    await cleo.page.locator('#delete-dialog .danger').click();
    await message.waitFor({ state: 'detached' });
    await dan.own('Better not said').waitFor({ state: 'detached' });
  });

  it('copy its text as it was written, or one block of code', async () => {
    const eve = await inGeneral('Eve');
    const text = '**Bold** and\n\n```js\nconst a = 1;\nconst b = 2;\n```';
    await eve.composer.fill(text);
    await eve.composer.press('Enter');
    const message = eve.own('const a = 1;');
    await message.hover();
    await message.locator('.tools .copy').click();
    await eve.page.locator('#toast.shown', { hasText: 'Copied' }).waitFor();
    expect(await clipboard(eve)).toBe(text);
    await message.hover();
    await message.locator('.copy-code').click();
    await eventually(
      () => clipboard(eve),
      (copied) => copied === 'const a = 1;\nconst b = 2;',
      2_000,
      'the code is copied',
    );
  });

  it('do all of it with the keyboard alone, and find out how', async () => {
    const finn = await inGeneral('Finn');
    const { page } = finn;
    await finn.say('first of Finn');
    await finn.say('second of Finn');
    await finn.own('second of Finn').waitFor();
    await page.locator('#messages').focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    const focused = (): Promise<string> => page.evaluate<string>('document.activeElement.innerText');
    expect(await focused()).toContain('first of Finn');
    await page.keyboard.press('c');
    await eventually(
      () => clipboard(finn),
      (copied) => copied === 'first of Finn',
      2_000,
      'it is copied',
    );
    await page.keyboard.press('e');
    expect(await finn.composer.inputValue()).toBe('first of Finn');
    await page.keyboard.type(' again');
    await page.keyboard.press('Enter');
    await finn.own('first of Finn again').waitFor();
    await page.locator('#messages').focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.title')).toBe('Reply in a thread');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Delete');
    await page.locator('#delete-dialog').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await finn.own('second of Finn').waitFor({ state: 'detached' });

    await page.locator('#messages').focus();
    await page.keyboard.press('?');
    const help = page.locator('#help-dialog');
    await help.waitFor();
    expect(await help.locator('dt').count()).toBe(await help.locator('dd').count());
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'hidden' });
    await page.keyboard.press('/');
    expect(await page.evaluate('document.activeElement.id')).toBe('text');
    await page.keyboard.type('?');
    expect(await help.isVisible()).toBe(false);
    await page.keyboard.press('Alt+a');
    await page.locator('#room-name', { hasText: 'system-bot' }).waitFor();
    await page.keyboard.press('Alt+ArrowUp');
    await page.locator('#room-name', { hasText: 'general' }).waitFor();
  });

  it('answer in a thread, whose replies are counted under it, and which holds a draft of its own', async () => {
    const gus = await inGeneral('Gus');
    const root = await gus.say('The root');
    await root.hover();
    await root.locator('.reply').click();
    await gus.threadComposer.fill('First reply');
    await gus.threadComposer.press('Enter');
    await root.locator('.replies', { hasText: '1 reply' }).waitFor();
    await gus.threadComposer.fill('Second reply');
    await gus.threadComposer.press('Enter');
    await root.locator('.replies', { hasText: '2 replies' }).waitFor();
    await gus.threadComposer.fill('a draft in the thread');
    await gus.page.locator('#thread-close').click();
    await gus.composer.fill('a draft in the room');
    await root.locator('.replies').click();
    await gus.threadMessages.nth(2).waitFor();
    expect(await gus.threadComposer.inputValue()).toBe('a draft in the thread');
    expect(await gus.composer.inputValue()).toBe('a draft in the room');
    await gus.threadComposer.fill('');
    await gus.threadComposer.press('ArrowUp');
    expect(await gus.threadComposer.inputValue()).toBe('Second reply');
    await gus.threadComposer.press('Escape');
    expect(await gus.page.locator('#thread').isVisible()).toBe(true);
  });

  it('see when it was written: days apart, and the whole date on the time', async () => {
    let day = Date.UTC(2026, 10, 1, 12);
    old = await PageServer.start({ now: () => day });
    await old.say('#general', 'of the first day');
    day += 86_400_000;
    await old.say('#general', 'of the second day');
    const page = await browser.page({ timezoneId: 'UTC' });
    const hana = await (await ChatPage.open(page, old.url)).enter('Hana');
    await hana.own('of the second day').waitFor();
    const days = await page.locator('#messages .day').allInnerTexts();
    expect(days.slice(0, 2)).toEqual(['Sunday, November 1', 'Monday, November 2']);
    const time = hana.own('of the first day').locator('time');
    expect(await time.getAttribute('title')).toBe('Sunday, November 1, 2026 at 12:00:00 PM');
    expect(await time.getAttribute('datetime')).toBe('2026-11-01T12:00:00.000Z');
  });
});
