"""Each rule's code, module, whether it needs `migrate_to`, and two sets of strings for it.

Written by `make generate` from the rules' modules; do not edit.
"""

from __future__ import annotations

INDEX: tuple[tuple[str, str, bool, tuple[str, ...], tuple[str, ...]], ...] = (
    ('AFK001', 'retired', False, (), ('kimi-', 'moonshot-')),
    ('AFK002', 'deprecated', False, (), ('kimi-', 'moonshot-')),
    ('AFK003', 'example', False, (), ('kimi-', 'moonshot-')),
    ('AFK004', 'misspelt', False, (), ('imi-', 'moonshot-', 'agentsflare')),
    ('AFK005', 'ended_upstream', False, (), ('kimi-', 'moonshot-')),
    ('AFK006', 'ended_at_host', False, (), ('moonshotai/', 'moonshot.', 'Moonshot-', 'databricks-', 'FW-', 'fw-', '-maas', 'k2p', 'K2', 'groq', 'azure', 'nvidia', 'dashscope', 'aliyun', 'alibaba')),
    ('AFK007', 'superseded', True, (), ('kimi-', 'moonshot-')),
    ('AFK101', 'fixed_parameter', False, (), ('emperature', 'op_p', 'opP', 'enalty', 'ogprobs', 'ogProbs', '"n"', "'n'", 'EMPERATURE', 'TOP_P', 'TOPP', 'ENALTY', 'n=', 'n ', 'n\t', 'n:', 'n(', 'N:', 'N =', 'N=')),
    ('AFK102', 'tool_choice', False, ('imi-', 'moonshot-'), ('tool', 'Tool')),
    ('AFK103', 'token_budget', False, ('imi-', 'moonshot-'), ('max_', 'axTokens', 'axCompletionTokens')),
    ('AFK104', 'thinking_switch', False, ('imi-', 'moonshot-'), ('disabled',)),
    ('AFK201', 'pasted_endpoint', False, ('agentsflare',), ('/chat/completions',)),
    ('AFK202', 'plain_http', False, ('agentsflare',), ('http://',)),
    ('AFK203', 'hard_coded_key', False, (), ('key', 'Key', 'KEY', 'oken', 'TOKEN', 'earer', 'uthorization', 'sk-')),
    ('AFK204', 'foreign_client', False, ('agentsflare',), ('OpenAI',)),
    ('AFK205', 'foreign_key', False, ('agentsflare',), ('OpenAI', 'OPENAI_API_KEY')),
    ('AFK901', 'unused_suppression', False, (), ('agentsflare:',)),
    ('AFK902', 'malformed_suppression', False, (), ('agentsflare:',)),
    ('AFK903', 'ended_suppression', False, (), ('agentsflare:',)),
)
