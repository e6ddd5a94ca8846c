/** The published shape (github.com/pydantic/genai-prices, prices/new_data/v2/data.json), with one model of OpenAI's. */
export function priceBook(id: string, usdPerMillion: number): readonly object[] {
  const prices = { input_mtok: usdPerMillion, output_mtok: usdPerMillion };
  const model = { id, match: { starts_with: id }, prices };
  return [
    {
      id: 'openai',
      name: 'OpenAI',
      api_pattern: 'https://api\\.openai\\.com',
      models: [model],
      extractors: [],
    },
  ];
}
