import { Settings } from '../config/settings';
import { ReportLinks } from './report-links';

describe(ReportLinks.name, () => {
  it.each([
    [{}, 'http://127.0.0.1:5000'],
    [{ RDZEN_BIND: '0.0.0.0', RDZEN_PORT: 6000 }, 'http://127.0.0.1:6000'],
    [{ RDZEN_BIND: '::1' }, 'http://[::1]:5000'],
    [{ RDZEN_BIND: '0.0.0.0', RDZEN_URL: 'https://rdzen.example.org/' }, 'https://rdzen.example.org'],
    [{ RDZEN_URL: 'https://example.org/rdzen' }, 'https://example.org/rdzen'],
  ])('with %j a report is below %s', (given, base) => {
    const links = new ReportLinks(Object.assign(new Settings(), given));
    expect(links.page('aB3')).toBe(`${base}/api/v1/trials/aB3/page`);
  });
});
