"""Get an answer as an object of a pydantic model."""

from pydantic import BaseModel

from agentsflare_kimi import Kimi


class City(BaseModel):
    """A city of today."""

    name: str
    country: str
    population: int


client = Kimi()
answer = client.chat.completions.parse(
    model="kimi-k2.6",
    messages=[{"role": "user", "content": "Which city lies at the mouth of the Tagus?"}],
    response_format=City,
)
city = answer.choices[0].message.parsed
if city is None:
    print(f"no city: {answer.choices[0].message.refusal}")
else:
    print(f"{city.name} in {city.country} has {city.population:,} inhabitants")
