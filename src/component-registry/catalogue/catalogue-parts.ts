import type { Provider } from '@nestjs/common';
import { join } from 'node:path';
import { Settings } from '../../config/settings';
import { Clock } from '../../shared/clock';
import { catalogueFolder } from './catalogue-folder';
import { ImageBindings } from './image-bindings';
import { RepositoryCatalogue } from './repository-catalogue';
import { ShippedCatalogue } from './shipped-catalogue';
import { SourceCache } from './source-cache';
import { SourceReader } from './source-reader';
import { WebDocuments } from './web-documents';

export const CATALOGUE_PARTS: Provider[] = [
  { provide: ShippedCatalogue, useFactory: () => new ShippedCatalogue() },
  {
    provide: ImageBindings,
    inject: [Settings],
    useFactory: (settings: Settings) => new ImageBindings(join(catalogueFolder(settings), 'images')),
  },
  {
    provide: SourceReader,
    inject: [Settings, Clock, WebDocuments, { token: RepositoryCatalogue, optional: true }],
    useFactory: (settings: Settings, clock: Clock, web: WebDocuments, repositories?: RepositoryCatalogue) =>
      new SourceReader(clock, new SourceCache(join(catalogueFolder(settings), 'cache')), web, repositories),
  },
];
