import type { Locator, Page } from 'playwright-core';
import { RunningRdzen } from '../support/running-rdzen';
import { WatchedBrowser } from './support/watched-browser';

jest.setTimeout(60_000);

describe('Swagger UI at /docs', () => {
  let rdzen: RunningRdzen;
  let browser: WatchedBrowser;
  let page: Page;

  beforeAll(async () => {
    [rdzen, browser] = await Promise.all([RunningRdzen.start(), WatchedBrowser.launch()]);
    page = await browser.page({ viewport: { width: 1280, height: 1000 } });
    await page.goto(`${rdzen.apiUrl}/docs`);
    await page.locator('.opblock').first().waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await rdzen?.close();
  });
  afterEach(() => {
    expect(browser.takeComplaints()).toEqual([]);
  });

  const operation = (method: string, path: string): Locator =>
    page.locator('.opblock', {
      has: page.locator(`.opblock-summary-path[data-path="${path}"]`),
      hasText: method,
    });

  /** Opens an operation, fills its body and runs it. */
  async function tryOut(block: Locator, body?: string): Promise<{ status: string; body: unknown }> {
    if (!(await block.locator('.opblock-body').isVisible())) {
      await block.locator('.opblock-summary-control').click();
      await block.locator('.try-out__btn').click();
    }
    if (body !== undefined) await block.locator('.body-param__text').fill(body);
    const answered = page.waitForResponse((response) => !response.url().includes('/docs'));
    await block.locator('.execute').click();
    const response = await answered;
    const shown = block.locator('.live-responses-table .response');
    await shown.filter({ hasText: String(response.status()) }).waitFor();
    const text = await shown.locator('.response-col_description .highlight-code').first().innerText();
    const json = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1);
    return { status: await shown.locator('.response-col_status').innerText(), body: JSON.parse(json) };
  }

  it('lists every operation that there is, each with its summary', async () => {
    const document = (await (await fetch(`${rdzen.apiUrl}/docs-json`)).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const shown = await page.evaluate<string[]>(
      `[...document.querySelectorAll('.opblock')].map((block) => block.querySelector('.opblock-summary-method').textContent +
         ' ' + block.querySelector('.opblock-summary-path').dataset.path)`,
    );
    expect(documented).toEqual(
      expect.arrayContaining(['GET /status', 'POST /send', 'POST /switch_core', 'GET /health/ready']),
    );
    expect([...shown].sort()).toEqual([...documented].sort());
    const summaries = await page.locator('.opblock-summary-description').allInnerTexts();
    expect(summaries).toHaveLength(shown.length);
    expect(summaries.filter((summary) => summary.trim() === '')).toEqual([]);
    expect(await page.title()).toBe('Rdzen API');
  });

  it('tries out GET /status, which needs no key', async () => {
    const { status, body } = await tryOut(operation('GET', '/status'));
    expect(status).toMatch(/^200/);
    expect(body).toMatchObject({ status: 'online', active_core: 1, rocketchat_connected: true });
  });

  it('is refused POST /switch_core without a key, and switches with one', async () => {
    const block = operation('POST', '/switch_core');
    const refused = await tryOut(block, '{"core_id": 2}');
    expect(refused).toMatchObject({
      status: expect.stringMatching(/^401/),
      body: { code: 'UNAUTHENTICATED' },
    });
    expect(browser.takeComplaints()).toEqual([expect.stringContaining('401')]);
    expect((await rdzen.status()).active_core).toBe(1);

    await page.locator('.auth-wrapper .btn.authorize').click();
    const dialog = page.locator('.dialog-ux');
    await dialog.locator('input').fill(rdzen.adminKey);
    await dialog.locator('.btn.authorize').click();
    await dialog.locator('.btn-done').click();
    const { status, body } = await tryOut(block, '{"core_id": 2}');
    expect(status).toMatch(/^200/);
    expect(body).toEqual({ success: true, active_core: 2 });
    expect((await rdzen.status()).active_core).toBe(2);
  });
});
