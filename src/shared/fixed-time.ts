/** Of every file and image we make, so that the same content is always the same bytes: 1980-01-01T00:00:01Z. */
export const FIXED_SECONDS = 315_532_801;
export const FIXED_TIME = '1980-01-01T00:00:01Z';
