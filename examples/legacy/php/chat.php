<?php

require 'vendor/autoload.php';

$client = OpenAI::factory()
    ->withApiKey(getenv('OPENAI_API_KEY'))
    ->withBaseUri('https://api.agentsflare.com/v1')
    ->make();

$response = $client->chat()->create([
    'model' => 'kimi-k2-turbo-preview',
    'messages' => [['role' => 'user', 'content' => 'Hello, how are you?']],
    'temperature' => 0.7,
]);

echo $response->choices[0]->message->content, PHP_EOL;
