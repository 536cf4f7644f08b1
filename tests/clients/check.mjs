// Call a mock with clients of other makers, and print one line of JSON for each check.
// node check.mjs URL
import { readFileSync } from "node:fs";
import { createAzure } from "@ai-sdk/azure";
import { AIMessageChunk } from "@langchain/core/messages";
import { tool as langchainTool } from "@langchain/core/tools";
import { AzureChatOpenAI, AzureOpenAIEmbeddings, ChatOpenAI } from "@langchain/openai";
import { embed, generateText, stepCountIs, Output, streamText, tool } from "ai";
import OpenAI, { AzureOpenAI } from "openai";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";

const url = process.argv[2];
const apiKey = "any-key";
const apiVersion = "2024-10-21";
const model = "gpt-4o-mini";
const prompt = "Count to 10";
const counted = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10";
const Weather = z.object({ city: z.string(), degrees: z.number() });
const City = z.object({ city: z.string() });
const messages = [{ role: "user", content: prompt }];

function equal(found, wanted) {
  if (found !== wanted) throw new Error(`${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
}

async function raises(call, status) {
  try {
    await call();
  } catch (error) {
    const found = error.status ?? error.statusCode ?? error.cause?.status;
    return equal(found, status);
  }
  throw new Error("nothing was raised");
}

const scenario = (name) => ({ headers: { "x-mock-scenario": name } });

function openaiChecks(client, responses) {
  const chat = client.chat.completions;
  const weather = {
    type: "function",
    function: {
      name: "weather",
      parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
      parse: JSON.parse,
      function: ({ city }) => `It rains in ${city}.`,
    },
  };
  return {
    "chat stream": async () => {
      const stream = await chat.create({ model, messages, stream: true });
      let text = "";
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
      equal(text, counted);
    },
    usage: async () => {
      const options = { stream: true, stream_options: { include_usage: true } };
      const stream = await chat.create({ model, messages, ...options });
      let usage;
      for await (const chunk of stream) usage = chunk.usage ?? usage;
      equal(usage.completion_tokens, 29);
    },
    "structured output": async () => {
      const format = zodResponseFormat(Weather, "weather");
      const done = await chat.parse({ model, messages, response_format: format });
      Weather.parse(done.choices[0].message.parsed);
      const stream = chat.stream({ model, messages, response_format: format });
      Weather.parse((await stream.finalChatCompletion()).choices[0].message.parsed);
    },
    tools: async () => {
      const runner = chat.runTools({ model, messages, tools: [weather], stream: true });
      const text = await runner.finalContent();
      equal(text.length > 0, true);
      equal(runner.messages.map((each) => each.role).join(), "user,assistant,tool,assistant");
    },
    "responses stream": async () => {
      const stream = responses.responses.stream({ model, input: prompt });
      equal((await stream.finalResponse()).output_text, counted);
    },
    "responses parse": async () => {
      const text = { format: zodTextFormat(Weather, "weather") };
      const done = await responses.responses.parse({ model, input: prompt, text });
      Weather.parse(done.output_parsed);
    },
    "hosted tools": async () => {
      const tools = [{ type: "web_search_preview" }];
      const stream = responses.responses.stream({ model, input: prompt, tools });
      const [search, message] = (await stream.finalResponse()).output;
      equal(search.type, "web_search_call");
      equal(message.content[0].annotations[0].type, "url_citation");
    },
    embeddings: async () => {
      const made = await client.embeddings.create({ model: "text-embedding-3-small", input: "a" });
      equal(made.data[0].embedding.length, 1536);
    },
    throttled: () =>
      raises(() => chat.create({ model, messages }, { ...scenario("429"), maxRetries: 0 }), 429),
    filter: async () => {
      const stream = await chat.create({ model, messages, stream: true }, scenario("filter-mid; after=3"));
      let finish;
      for await (const chunk of stream) finish = chunk.choices[0]?.finish_reason ?? finish;
      equal(finish, "content_filter");
    },
  };
}

function aiChecks(azure) {
  const chat = azure.chat(model);
  const weather = tool({
    description: "Tell the weather",
    inputSchema: City,
    execute: async ({ city }) => `It rains in ${city}.`,
  });
  return {
    "chat stream": async () => equal(await streamText({ model: chat, prompt }).text, counted),
    usage: async () => equal((await streamText({ model: chat, prompt }).usage).outputTokens, 29),
    "structured output": async () => {
      const output = Output.object({ schema: Weather });
      const streamed = streamText({ model: chat, prompt, output });
      let last;
      for await (const part of streamed.partialOutputStream) last = part;
      Weather.parse(last);
    },
    tools: async () => {
      const done = await generateText({
        model: chat, prompt, tools: { weather }, stopWhen: stepCountIs(3),
      });
      equal(done.steps.length, 2);
      equal(done.steps[0].toolResults.length, 1);
      const streamed = streamText({
        model: chat, prompt, tools: { weather }, stopWhen: stepCountIs(3),
      });
      equal((await streamed.steps).length, 2);
    },
    "responses stream": async () =>
      equal(await streamText({ model: azure.responses(model), prompt }).text, counted),
    "responses parse": async () => {
      const output = Output.object({ schema: Weather });
      Weather.parse((await generateText({ model: azure.responses(model), prompt, output })).output);
    },
    "hosted tools": async () => {
      const tools = { web_search_preview: azure.tools.webSearchPreview({}) };
      const streamed = streamText({ model: azure.responses(model), prompt, tools });
      equal((await streamed.sources)[0].sourceType, "url");
    },
    embeddings: async () => {
      const made = await embed({ model: azure.textEmbedding("text-embedding-3-small"), value: "a" });
      equal(made.embedding.length, 1536);
    },
    throttled: () =>
      raises(() => generateText({ model: chat, prompt, maxRetries: 0, ...scenario("429") }), 429),
    filter: async () => {
      const streamed = streamText({ model: chat, prompt, ...scenario("filter-mid; after=3") });
      equal(await streamed.finishReason, "content-filter");
    },
  };
}

function langchainChecks(make) {
  const ask = [["user", prompt]];
  const weather = langchainTool(async ({ city }) => `It rains in ${city}.`, {
    name: "weather", description: "Tell the weather", schema: City,
  });
  const gathered = async (stream) => {
    let whole;
    for await (const chunk of await stream) whole = whole ? whole.concat(chunk) : chunk;
    return whole;
  };
  return {
    "chat stream": async () => equal((await gathered(make().stream(ask))).text, counted),
    usage: async () =>
      equal((await gathered(make().stream(ask))).usage_metadata.output_tokens, 29),
    "structured output": async () => {
      Weather.parse(await make().withStructuredOutput(Weather).invoke(ask));
      Weather.parse(await make().withStructuredOutput(Weather, { method: "jsonSchema" }).invoke(ask));
    },
    tools: async () => {
      const bound = make().bindTools([weather]);
      const first = await gathered(bound.stream(ask));
      equal(first instanceof AIMessageChunk && first.tool_calls.length, 1);
      const result = await weather.invoke(first.tool_calls[0]);
      equal((await bound.invoke([...ask, first, result])).text.length > 0, true);
    },
    "responses stream": async () =>
      equal((await gathered(make({ useResponsesApi: true }).stream(ask))).text, counted),
    "responses parse": async () => {
      const bound = make({ useResponsesApi: true }).withStructuredOutput(Weather);
      Weather.parse(await bound.invoke(ask));
    },
    "hosted tools": async () => {
      const bound = make({ useResponsesApi: true }).bindTools([{ type: "web_search_preview" }]);
      const whole = await gathered(bound.stream(ask));
      equal(whole.content.some((part) => part.annotations?.length > 0), true);
    },
    embeddings: async () => {
      const embeddings = new AzureOpenAIEmbeddings({
        azureOpenAIApiKey: apiKey, azureOpenAIApiVersion: apiVersion,
        azureOpenAIBasePath: `${url}/openai/deployments`,
        azureOpenAIApiEmbeddingsDeploymentName: "text-embedding-3-small",
      });
      equal((await embeddings.embedQuery("a")).length, 1536);
    },
    throttled: () =>
      raises(() => make({ maxRetries: 0, scenario: "429" }).invoke(ask), 429),
    filter: async () => {
      const whole = await gathered(make({ scenario: "filter-mid; after=3" }).stream(ask));
      equal(whole.response_metadata.finish_reason, "content_filter");
    },
  };
}

const langchainAzure = {
  azureOpenAIApiKey: apiKey, azureOpenAIEndpoint: url, azureOpenAIApiVersion: apiVersion,
};
const langchain = ({ useResponsesApi, scenario: name, ...more } = {}) => {
  const configuration = { defaultHeaders: { "x-mock-scenario": name ?? "ok" } };
  const options = { model, streamUsage: true, ...more };
  if (!useResponsesApi) {
    const azureOpenAIApiDeploymentName = model;
    return new AzureChatOpenAI({ ...langchainAzure, azureOpenAIApiDeploymentName, configuration, ...options });
  }
  configuration.baseURL = `${url}/openai/v1`;
  return new ChatOpenAI({ apiKey, configuration, useResponsesApi, ...options });
};
const v1 = new OpenAI({ baseURL: `${url}/openai/v1`, apiKey });
const dated = new AzureOpenAI({ endpoint: url, apiKey, apiVersion });
const datedResponses = new AzureOpenAI({ endpoint: url, apiKey, apiVersion: "2025-04-01-preview" });

const version = (name) =>
  JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version;
const openai = `openai ${version("openai")}`;
const ai = `ai ${version("ai")}, @ai-sdk/azure ${version("@ai-sdk/azure")}`;
const clients = {
  [`${openai}, AzureOpenAI`]: openaiChecks(dated, datedResponses),
  [`${openai}, OpenAI on /openai/v1`]: openaiChecks(v1, v1),
  [ai]: aiChecks(createAzure({ baseURL: `${url}/openai/v1`, apiKey })),
  [`@langchain/openai ${version("@langchain/openai")}`]: langchainChecks(langchain),
};

process.env.LANGCHAIN_TRACING_V2 = "false";
globalThis.AI_SDK_LOG_WARNINGS = false;
for (const [client, checks] of Object.entries(clients)) {
  for (const [check, run] of Object.entries(checks)) {
    let failed = null;
    try {
      await run();
    } catch (error) {
      failed = `${error.name}: ${error.message}`.slice(0, 300);
    }
    console.log(JSON.stringify({ client, check, failed }));
  }
}
