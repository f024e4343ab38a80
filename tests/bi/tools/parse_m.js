// Reads queries in M from standard input (a JSON list) and writes per query its error, or null.
const { Task, TaskUtils, DefaultSettings } = require("@microsoft/powerquery-parser");

async function errorOf(query) {
  const task = await TaskUtils.tryLexParse(DefaultSettings, query);
  return TaskUtils.isParseStageOk(task) ? null : String(task.error ?? "cannot be parsed");
}

let text = "";
process.stdin.on("data", (part) => (text += part));
process.stdin.on("end", async () => {
  const errors = [];
  for (const query of JSON.parse(text)) errors.push(await errorOf(query));
  process.stdout.write(JSON.stringify(errors));
});
