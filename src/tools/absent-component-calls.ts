import { Injectable } from '@nestjs/common';
import { RdzenError } from '../shared/rdzen-error';
import { ComponentCalls } from './component-calls';

/** Where nothing runs components. */
@Injectable()
export class AbsentComponentCalls extends ComponentCalls {
  call(lock: { component: string }): Promise<never> {
    return Promise.reject(
      new RdzenError(
        'COMPONENT_UNAVAILABLE',
        `${lock.component} is not running here, and nothing on this machine starts it. Look at \`!components\`.`,
      ),
    );
  }
}
