/** An API key, wherever in a text it stands: `rdz_<id>.<secret>`. */
export const API_KEY = /rdz_([A-Za-z0-9]{8})\.([A-Za-z0-9]{43})/;
