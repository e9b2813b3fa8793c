// The policy of these pages takes no style sheet and no code that a script writes into them.
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
