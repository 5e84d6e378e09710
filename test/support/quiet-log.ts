import { Logger } from '@nestjs/common';

// What a spec provokes on purpose would bury what it finds. A spec that looks at the log spies on Logger itself.
Logger.overrideLogger(false);
