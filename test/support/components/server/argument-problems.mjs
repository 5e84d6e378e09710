/** As much of JSON Schema as the good tools use: type, required, properties, additionalProperties. */
export function argumentProblems({ properties = {}, required = [], additionalProperties = true }, given) {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return ['arguments: no object'];
  const missing = required.filter((name) => given[name] === undefined).map((name) => `${name} is missing`);
  const wrong = Object.entries(given).flatMap(([name, value]) => {
    const { type } = properties[name] ?? {};
    if (type === undefined)
      return additionalProperties || name in properties ? [] : [`there is no argument ${name}`];
    const is = type === 'integer' ? Number.isInteger(value) : typeof value === type;
    return is ? [] : [`${name} is no ${type}`];
  });
  return [...missing, ...wrong];
}
