"""Uses a gateway by LangChain: langchain_client.py URL MODEL."""
import asyncio
import sys

from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

url, model = sys.argv[1:]
settings = {"model": model, "base_url": url, "api_key": "none", "max_tokens": 4, "max_retries": 0}
chat = ChatOpenAI(**settings)

assert chat.invoke("hi").usage_metadata["output_tokens"] == 4
said = [SystemMessage("Be brief."), HumanMessage("hi"), AIMessage("yes?"), HumanMessage("why?")]
assert chat.invoke(said).response_metadata["finish_reason"] == "length"
assert "".join(chunk.content for chunk in chat.stream("hi"))
counted = ChatOpenAI(**settings, stream_usage=True).stream("hi")
assert sum(chunk.usage_metadata["output_tokens"] for chunk in counted if chunk.usage_metadata) == 4
respond = ChatOpenAI(**settings, use_responses_api=True)
assert respond.invoke("hi").usage_metadata["output_tokens"] == 4
embed = OpenAIEmbeddings(
    model=model, base_url=url, api_key="none", check_embedding_ctx_length=False
)
assert len(embed.embed_documents(["one text", "and another"])) == 2


async def many():
    """Ten at once."""
    return await asyncio.gather(*[chat.ainvoke(f"hi {index}") for index in range(10)])


assert all(answer.content for answer in asyncio.run(many()))
print("all done")
