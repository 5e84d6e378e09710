import type { BrowserContextOptions } from 'playwright-core';
import { RunningRdzen } from '../support/running-rdzen';
import { ChatPage } from './support/chat-page';
import { errorsSeen, recording, shrunk, startRecording, watchForErrors } from './support/message-recorder';
import { WatchedBrowser } from './support/watched-browser';

jest.setTimeout(60_000);

/** The scripted core's long answer has this many numbered sentences. */
const SENTENCES = 23;

describe('the chat page', () => {
  let rdzen: RunningRdzen;
  let browser: WatchedBrowser;

  beforeAll(async () => {
    [rdzen, browser] = await Promise.all([RunningRdzen.start(), WatchedBrowser.launch()]);
  });
  afterAll(async () => {
    await browser?.close();
    await rdzen?.close();
  });
  afterEach(async () => {
    await browser.closePages();
    expect(browser.takeComplaints()).toEqual([]);
  });

  async function visitor(options?: BrowserContextOptions): Promise<ChatPage> {
    return ChatPage.open(await browser.page(options), rdzen.chatUrl);
  }
  async function person(name: string, options?: BrowserContextOptions): Promise<ChatPage> {
    return (await visitor(options)).enter(name);
  }

  describe('an answer', () => {
    it('is announced by the typing sign and grows without flicker', async () => {
      const ann = await person('Ann');
      await ann.askAssistant();
      await startRecording(ann.page);
      await ann.say('Hello, who are you?');
      await ann.typing.filter({ hasText: 'system-bot is typing' }).waitFor();
      await ann.messages.nth(1).locator('.cursor').waitFor();
      await ann.messages.nth(1).filter({ hasText: 'durable queue' }).waitFor();
      expect(await ann.typing.innerText()).toBe('system-bot is typing …');
      const answer = await ann.finishedAnswer(ann.messages, 2);

      expect(answer).toMatch(
        /^I am the scripted core.*You wrote: "Hello, who are you\?".*while I tell it\.$/s,
      );
      expect(await ann.page.locator('.cursor').count()).toBe(0);
      await ann.typing.filter({ hasNotText: 'typing' }).waitFor();
      const { orders, texts, replaced, typing } = await recording(ann.page);
      expect(typing).toEqual(['', 'system-bot is typing …', '']);
      const [question = '', reply = ''] = orders.at(-1) ?? [];
      expect(orders).toEqual([[], [question], [question, reply]]);
      expect(replaced).toEqual([]);
      expect(texts[reply]?.length).toBeGreaterThan(3);
      expect(shrunk(texts[reply] ?? [])).toEqual([]);
      expect(texts[reply]?.join('')).not.toContain('▍');
    });

    it('goes on and completes when the core that gives it is killed', async () => {
      const bob = await person('Bob');
      await rdzen.ready();
      const before = await rdzen.status();
      await bob.askAssistant();
      await startRecording(bob.page);
      await watchForErrors(bob.page);
      await bob.say('Tell me a long story');
      const growing = bob.messages.nth(1);
      await growing.filter({ hasText: 'If the machine stops' }).waitFor();
      const { pid } = await rdzen.active();
      process.kill(pid ?? 0, 'SIGKILL');
      await bob.notices.filter({ hasText: /Switched from core \d to core \d/ }).waitFor();
      expect(await growing.getAttribute('aria-busy')).toBe('true');
      const text = await bob.finishedAnswer(bob.messages, 2, 45_000);

      expect(await growing.locator('.text > ol > li').count()).toBe(SENTENCES);
      expect(text).toMatch(/nothing was said twice\.$/);
      expect(await errorsSeen(bob.page)).toEqual([]);
      const { texts, orders, replaced } = await recording(bob.page);
      const [, reply = '', notice] = orders.at(-1) ?? [];
      expect(shrunk(texts[reply] ?? [])).toEqual([]);
      expect(replaced).toEqual([]);
      expect(orders.at(-1)).toEqual([expect.any(String), reply, notice]);
      const after = await rdzen.status();
      expect(after.active_core).not.toBe(before.active_core);
      expect(after.epoch).toBe(before.epoch + 1);
    });

    it('to a mention stands in a thread, which opens beside the room', async () => {
      const cleo = await person('Cleo');
      await cleo.openRoom('general');
      const question = await cleo.say('@system-bot What is a core?');
      await cleo.page.locator('#thread').waitFor();
      const answer = await cleo.finishedAnswer(cleo.threadMessages, 2);
      expect(answer).toContain('You wrote: "What is a core?"');
      expect(await cleo.threadMessages.first().innerText()).toContain('@system-bot What is a core?');
      expect(await question.locator('.replies').innerText()).toBe('1 reply');

      await cleo.threadComposer.fill('And what is a thread?');
      await cleo.threadComposer.press('Enter');
      expect(await cleo.finishedAnswer(cleo.threadMessages, 4)).toContain('And what is a thread?');
      await cleo.page.locator('#thread-close').click();
      await cleo.page.locator('#thread').waitFor({ state: 'hidden' });
      await question.locator('.replies').click();
      await cleo.threadMessages.nth(3).waitFor();
      expect(await cleo.messages.filter({ hasText: 'scripted core' }).count()).toBe(0);
    });

    it('in Markdown never takes back a sign while it grows', async () => {
      const gus = await visitor();
      const text = [
        'Plain text with **two bold words** and **one `code` in bold**, _italic words_, snake_case and 2 * 3 * 4.',
        '',
        '## A heading of _its own_',
        '1. first `some code`, see https://example.com/a_b?c=d_e.',
        '2. second **bold _and italic_ text**',
        '- a bullet, @ann and [a link](https://example.com/x_y) in it',
        '  * a deeper one **to its end**',
        '- [x] done',
        '',
        '---',
        '```js',
        'const code = `${a_b} ** 2`; // 12',
        '12',
        '```',
        '| core | state |',
        '|------|:-----:|',
        '| 1 | **ready** |',
        '| 2 | `warming` |',
        '',
        '> quoted _words_',
        '',
        'the end: ** alone, a_ and 5*6, array[0] and ~~gone~~',
      ].join('\n');
      const states = await gus.page.evaluate<string[]>(`import('/markdown.mjs').then(({ renderMarkdown }) => {
        const text = ${JSON.stringify(text)};
        const box = document.createElement('div');
        return Array.from(text, (_, index) => {
          renderMarkdown(box, text.slice(0, index + 1), { ownName: 'ann', growing: index + 1 < text.length });
          return box.textContent.replace(/\\s+/g, '');
        });
      })`);
      expect(states).toHaveLength(text.length);
      expect(shrunk(states)).toEqual([]);
      expect(states.at(-1)).toMatch(/^Plaintextwithtwoboldwordsandonecodeinbold,italicwords,snake_case/);
      expect(states.at(-1)).toContain('corestate1ready2warmingquotedwords');
    });

    it('can be asked for with one click while the conversation is empty', async () => {
      const dora = await person('Dora');
      await dora.askAssistant();
      await dora.page.locator('.chip', { hasText: '!status' }).click();
      expect(await dora.finishedAnswer(dora.messages, 2)).toMatch(/core 1 .*\n.*core 2 /s);
      expect(await dora.page.locator('.chip:visible').count()).toBe(0);
    });
  });

  describe('between people', () => {
    it('shows what others write, that they write, and what is unread', async () => {
      const [eve, finn] = await Promise.all([person('Eve'), person('Finn')]);
      await Promise.all([eve.openRoom('general'), finn.openRoom('general')]);
      await eve.say('Is anybody here?');
      await finn.own('Is anybody here?').waitFor();
      await finn.composer.pressSequentially('Yes', { delay: 20 });
      await eve.typing.filter({ hasText: 'finn is typing' }).waitFor();
      await finn.composer.press('Enter');
      await eve.own('Yes').waitFor();
      expect(await eve.typing.innerText()).toBe('');

      await finn.page.locator('#new').click();
      await finn.page.locator('#people-list .room', { hasText: 'Eve' }).click();
      await finn.page.locator('#room-name', { hasText: 'Eve' }).waitFor();
      await finn.say('Just for you');
      await eve.page
        .locator('#rooms .room', { hasText: 'finn' })
        .locator('.badge', { hasText: '1' })
        .waitFor();
      await eve.openRoom('Finn');
      await eve.own('Just for you').waitFor();
      await eve.page.locator('#rooms .badge').waitFor({ state: 'detached' });
    });

    it('shows HTML as the text it is', async () => {
      const gina = await person('Gina');
      await gina.openRoom('general');
      const html =
        '<img src=x onerror="window.hacked=1"> <script>window.hacked=1</script> <b>not bold</b> &amp;';
      const message = await gina.say(html);
      expect(await message.locator('.text').innerText()).toBe(html);
      expect(await gina.page.locator('#messages :is(img, script, b)').count()).toBe(0);
      expect(await gina.page.evaluate('window.hacked')).toBeUndefined();
    });

    it('formats what is meant as code, list, link and mention', async () => {
      const hugo = await person('Hugo');
      await hugo.openRoom('general');
      const lines = [
        'Look, @hugo:',
        '- **one** `two`',
        '- https://example.com/a?b=c.',
        '```js',
        'if (a < b) {}',
        '```',
      ];
      await hugo.composer.fill(lines.join('\n'));
      await hugo.composer.press('Enter');
      const text = hugo.own('Look,').locator('.text');
      expect(await text.locator('.mention.own').innerText()).toBe('@hugo');
      expect(await text.locator('li').allInnerTexts()).toEqual(['one two', 'https://example.com/a?b=c.']);
      expect(await text.locator('strong').innerText()).toBe('one');
      expect(await text.locator('a').getAttribute('href')).toBe('https://example.com/a?b=c');
      expect(await text.locator('a').getAttribute('rel')).toBe('noopener noreferrer');
      expect(await text.locator('pre').innerText()).toBe('if (a < b) {}');
    });
  });

  describe('who one is', () => {
    it('stays over a reload, and a name comes back to its owner only', async () => {
      const iris = await person('Iris');
      await iris.page.reload();
      await iris.connected();
      expect(await iris.page.locator('#me').innerText()).toBe('Iris');
      const other = await person('Iris');
      const username = (page: ChatPage): Promise<string> =>
        page.page.evaluate<string>(`JSON.parse(localStorage.getItem('rdzen-chat-session')).username`);
      expect([await username(iris), await username(other)]).toEqual(['iris', 'iris-2']);

      await iris.page.locator('#leave').click();
      await iris.page.locator('#door').waitFor();
      expect(await iris.page.locator('#enter-name').inputValue()).toBe('Iris');
      await iris.page.locator('#enter button[type=submit]').click();
      await iris.connected();
      expect(await username(iris)).toBe('iris');
    });

    it('decides about commands: the admin key makes an admin', async () => {
      const jack = await person('Jack');
      await jack.askAssistant();
      const status = await rdzen.ready();
      const standby = status.cores.find(({ role }) => role !== 'active')?.id ?? 0;
      await jack.say(`!switch ${standby}`);
      expect(await jack.finishedAnswer(jack.messages, 2)).toMatch(/administrators and operators/);
      expect((await rdzen.status()).active_core).toBe(status.active_core);

      const kate = await visitor();
      await kate.enter('Kate', rdzen.adminKey);
      expect(await kate.page.locator('#me').innerText()).toBe('Kate (admin)');
      await kate.askAssistant();
      await kate.say(`!switch ${standby}`);
      expect(await kate.finishedAnswer(kate.messages, 2)).toBe(`Core ${standby} is active now.`);
      expect((await rdzen.status()).active_core).toBe(standby);
      expect(await kate.page.evaluate('JSON.stringify(localStorage)')).not.toContain(rdzen.adminKey);
    });

    it('is not decided by a wrong key, which is said', async () => {
      const liam = await visitor();
      await liam.page.locator('#enter-name').fill('Liam');
      await liam.page.locator('#enter summary').click();
      await liam.page.locator('#enter-key').fill('rdz_wrong.key');
      await liam.page.locator('#enter-key').press('Enter');
      await liam.page.locator('#enter-error', { hasText: 'This is not the admin key.' }).waitFor();
      expect(await liam.page.locator('#app').isVisible()).toBe(false);
      expect(browser.takeComplaints()).toEqual([expect.stringContaining('403')]);
    });
  });
});
