"""The proof that stillness tells the truth: `python -m tests.proof` judges tens of thousands of live conversations of known outcome."""
