import { PullCount } from './pull-count';

describe(PullCount.name, () => {
  const downloading = (id: string, current: number, total: number): object => ({
    status: 'Downloading',
    id,
    progressDetail: { current, total },
  });

  it('adds up the layers that the engine has told of', () => {
    const sut = new PullCount();
    expect(sut.take({ status: 'Pulling from a/b', id: 'latest' })).toEqual({
      status: 'Pulling from a/b',
      doneBytes: 0,
      totalBytes: 0,
    });
    sut.take(downloading('one', 10, 100));
    expect(sut.take(downloading('two', 5, 50))).toMatchObject({ doneBytes: 15, totalBytes: 150 });
    expect(sut.take(downloading('one', 60, 100))).toMatchObject({ doneBytes: 65, totalBytes: 150 });
  });

  it('a layer that is complete counts whole, and unpacking does not begin it anew', () => {
    const sut = new PullCount();
    sut.take(downloading('one', 90, 100));
    expect(sut.take({ status: 'Download complete', id: 'one' })).toMatchObject({ doneBytes: 100 });
    const extracting = { status: 'Extracting', id: 'one', progressDetail: { current: 1, total: 100 } };
    expect(sut.take(extracting)).toEqual({ status: 'Extracting', doneBytes: 100, totalBytes: 100 });
  });
});
