//! The rules of a save.

use super::{WEB_TASK_RUN, WebTaskRun};
use guanxi_customers::rules::{refuse, whole_micros};
use guanxi_kernel::{
    Ctx, Result,
    problem::{OUT_OF_RANGE, REQUIRED},
};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};

impl Resource for WebTaskRun {
    fn kind() -> &'static Kind {
        &WEB_TASK_RUN
    }

    async fn settle(&mut self, _: &mut Tx, ctx: &Ctx, _: Option<&Self>) -> Result<()> {
        let input = &mut self.input;
        if input.steps.is_empty() {
            return Err(REQUIRED.at("/steps"));
        }
        input.began_at = whole_micros(input.began_at);
        if input.began_at > ctx.now {
            let expected = ("expected", "an instant that has come");
            return Err(refuse(&OUT_OF_RANGE, "/began_at", expected));
        }
        self.seconds = input.steps.iter().map(|step| step.seconds).sum();
        Ok(())
    }

    fn example() -> Json {
        json!({
            "task": "在线询价",
            "began_at": "2026-03-10T02:15:00Z",
            "steps": [
                { "step": "选择产品", "seconds": 40 },
                { "step": "填写资料", "seconds": 95 }
            ],
            "completed": true,
            "effort": 2,
            "satisfaction": 4
        })
    }
}
