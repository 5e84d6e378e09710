import { RdzenLogger } from './rdzen-logger';

const SECRET = 'hunter2-hunter2';

describe(RdzenLogger.name, () => {
  let written: string;

  beforeEach(() => {
    written = '';
    const take = (chunk: unknown): boolean => {
      written += String(chunk);
      return true;
    };
    jest.spyOn(process.stdout, 'write').mockImplementation(take);
    jest.spyOn(process.stderr, 'write').mockImplementation(take);
  });
  afterEach(() => jest.restoreAllMocks());

  const logger = (format: 'text' | 'json' = 'text', level: 'debug' | 'warn' = 'debug'): RdzenLogger => {
    const sut = new RdzenLogger(level, format);
    sut.hide(SECRET);
    return sut;
  };

  it.each(['text', 'json'] as const)('strikes secrets out of everything it writes (%s)', (format) => {
    const sut = logger(format);
    for (const method of ['log', 'warn', 'error', 'debug', 'fatal'] as const) {
      sut[method](`login with ${SECRET}`, 'Context');
      sut[method]({ nested: { password: SECRET } }, 'Context');
      sut[method](new Error(`refused ${SECRET}`), 'Context');
    }
    sut.error('failed', `Error: ${SECRET}\n    at there`, 'Context');
    expect(written).not.toContain(SECRET);
    expect(written.split('[secret]').length).toBeGreaterThanOrEqual(15);
  });

  it('strikes out whatever has the shape of an API key, told of it or not', () => {
    const secret = 'Z'.repeat(43);
    const sut = logger();
    sut.warn(`GET /docs?key=rdz_k3R9xqZ2.${secret} failed`);
    sut.log('API key k3R9xqZ2 was made');
    expect(written).not.toContain(secret);
    expect(written).toContain('GET /docs?key=[secret] failed');
    expect(written).toContain('API key k3R9xqZ2 was made');
  });

  it('keeps to its level', () => {
    const sut = logger('text', 'warn');
    sut.log('quiet');
    sut.debug('quiet');
    sut.warn('loud');
    expect(written).toContain('loud');
    expect(written).not.toContain('quiet');
  });

  it('writes one JSON object a line', () => {
    logger('json').log('hello', 'Context');
    expect(JSON.parse(written)).toMatchObject({ level: 'log', message: 'hello', context: 'Context' });
  });

  it('spares people what the framework tells of its own start', () => {
    logger().log('AppModule dependencies initialized', 'InstanceLoader');
    expect(written).toBe('');
  });

  it('hides no value so short that it would eat words', () => {
    const sut = logger();
    sut.hide('core');
    sut.hide(undefined);
    sut.log('core 1 is ready');
    expect(written).toContain('core 1 is ready');
  });
});
